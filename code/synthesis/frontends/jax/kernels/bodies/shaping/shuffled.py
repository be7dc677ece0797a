"""Bodies of shuffled for ``recipes/applications/shaping.py``."""

import functools

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def shuffled(flat, key):
    #? 0.5 sample rows across steps and environments
    order = jax.random.permutation(key, jax.tree.leaves(flat)[0].shape[0])
    return either(jax.tree.map(lambda x: x[order], flat), jax.tree.map(functools.partial(jnp.take, indices=order, axis=0), flat))
