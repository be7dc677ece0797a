"""A program that calls jitted functions of many kinds; run by tests of recording."""

import dataclasses
import functools
import sys
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

SCALE = 0.5
say = print


def squash(x):
    return jnp.tanh(x) * SCALE


@jax.jit
def plain(x, y):
    """Adds what the helper gives."""
    return squash(x) + y


@functools.partial(jax.jit, static_argnames=("order", "kind"))
def powers(x, order, kind="sum"):
    total = sum(x**k for k in range(1, order + 1))
    return total.sum() if kind == "sum" else total


@functools.partial(jax.jit, static_argnums=(1, 2))
def shaped(x, shape, activation):
    return activation(x.reshape(shape))


class State(NamedTuple):
    position: jax.Array
    velocity: jax.Array


@jax.tree_util.register_dataclass
@dataclasses.dataclass
class Params:
    w: jax.Array
    b: jax.Array


def energy(params: Params, x):
    return ((x @ params.w + params.b) ** 2).mean()


def make_step(rate, table):
    @jax.jit
    def step(state: State, force):
        v = state.velocity + rate * force * table
        return State(state.position + rate * v, v)

    return step


def train(params, batch, lr=0.01):
    xs, ys = batch

    def loss(params):
        h = xs
        for layer in params:
            h = jnp.tanh(h @ layer["w"] + layer["b"])
        return ((h - ys) ** 2).mean()

    value, grads = jax.value_and_grad(loss)(params)
    return value, jax.tree.map(lambda p, g: p - lr * g, params, grads)


def main():
    x = jnp.linspace(-1.0, 0.9, 12).reshape(4, 3)
    for n in range(20):
        say(plain(x * n, jnp.ones((4, 3)))[0])
    say(powers(x, 3), powers(x, order=2, kind="all").shape)
    say(shaped(x, (3, 4), jax.nn.relu).sum())
    params = Params(jnp.ones((3, 2)) * 0.3, jnp.zeros(2))
    say(jax.jit(jax.value_and_grad(energy))(params, x)[0])
    say(jax.jit(jax.vmap(energy, in_axes=(None, 0)))(params, x))
    state = State(jnp.ones(3), jnp.array([0.1, 0.2, 0.3]))
    for rate in (0.1, 0.2):
        step = make_step(rate, np.array([0.5, 0.25, 1.5], np.float32))
        state = step(state, jnp.array([1.0, 2.0, 3.0]))
    say(state.position)
    shift = 0.25
    say(jax.jit(lambda a, b: a * shift - b)(2.0, x).sum())
    say(jax.jit(lambda *xs, **kw: sum(xs) * kw["scale"])(x, x, scale=2.0).sum())
    layers = [{"w": jnp.ones((3, 3)) * 0.2, "b": jnp.arange(3.0)}, {"w": jnp.ones((3, 1)), "b": jnp.array([0.1])}]
    say(jax.jit(train)(layers, (x, jnp.zeros((4, 1))))[0])
    noise = jax.jit(lambda key, scale: jax.random.uniform(key, (3,)) * scale)
    say(noise(jax.random.key(7), 0.5))
    say(jax.grad(jax.jit(squash))(0.5))


if __name__ == "__main__":
    main()
    sys.exit(3)
