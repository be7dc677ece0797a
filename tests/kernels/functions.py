"""JAX functions with what makes extraction hard: helpers, constants, pytrees, custom rules, captured arrays."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

SLOPE = 0.25
TABLE = np.arange(3.0, dtype=np.float32)


def helper(x):
    return jnp.where(x > 0, x, SLOPE * x)


def with_helper(x, unused):
    return helper(x).sum(axis=-1)


@functools.partial(jax.jit, static_argnames="axis")
def jitted(x, axis=0):
    return jnp.cumsum(x, axis=axis)


def of_pytrees(params, batch):
    hidden = jnp.tanh(batch @ params["w"] + params["b"])
    return {"loss": (hidden**2).mean(), "hidden": hidden}


def captures_an_array(x):
    return x * TABLE


@jax.custom_vjp
def clipped(x):
    return x


def clipped_forward(x):
    return x, None


def clipped_backward(_, cotangent):
    return (jnp.clip(cotangent, -1.0, 1.0),)


clipped.defvjp(clipped_forward, clipped_backward)


def uses_custom_rule(x):
    return clipped(x) * 2.0


def counts(x, n):
    return jax.lax.while_loop(lambda s: s[0] < n, lambda s: (s[0] + 1, s[1] * 0.5), (0, x))[1]


def picks(x, indices):
    return x[indices]


def fails(x):
    raise ValueError("not today")


@jax.custom_jvp
def soft(x):
    return jnp.log1p(jnp.exp(x))


soft.defjvps(lambda tangent, answer, x: tangent * jax.nn.sigmoid(x) * SLOPE)


@jax.custom_jvp
def steep(x):
    return jnp.tanh(x)


@steep.defjvp
def steep_rule(primals, tangents):
    (x,), (dx,) = primals, tangents
    return steep(x), 2.0 * dx


def uses_rules(x):
    return soft(x) + steep(x)


def ordered(n, x, /, *, mode, tail=None):
    from math import floor

    return jnp.pad(x, floor(n), mode=mode) if tail is None else x


twice_padded = functools.partial(ordered, 2, mode="edge")
doubled = lambda x: jnp.sin(  # noqa: E731
    x * 2.0
)
