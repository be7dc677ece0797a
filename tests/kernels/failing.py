"""A function that has no gradient, among statements that have nothing to do with it."""

import jax
import jax.numpy as jnp

import synthesis


def helper(x):
    return jnp.sin(x) * 2.0


@synthesis.example("f32[4]", "f32[4]")
def no_way_back(x, y):
    """A loop whose trips nobody knows beforehand."""
    a = helper(x) + 1.0
    b = jnp.tanh(y)
    c = jax.lax.while_loop(lambda s: jnp.sum(s) < 9.0, lambda s: s * 1.5 + 0.5, a)
    return b, c * 2.0
