"""Kernels with something wrong, for what tells of it: the shapes of their inputs are marked."""

import jax.numpy as jnp

import synthesis


def helper(x):
    return jnp.sin(x) * 2.0


@synthesis.example("f32[4]", "f32[4]")
def shapes_that_do_not_fit(x, y):
    """A sum of four and of three elements."""
    a = helper(x) + 1.0
    b = jnp.tanh(y)
    c = a + jnp.zeros(3)
    return b, c * 2.0
