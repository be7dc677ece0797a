"""Bodies of mean_of_weighted for ``recipes/applications/reducing.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def mean_of_weighted(weight, per_example):
    if weight is None:
        return jnp.mean(per_example)
    #| 0.5
    if weight.shape != per_example.shape:
        raise ValueError(f'expected weights of shape {per_example.shape}, got {weight.shape}')
    #| end
    return either(jnp.sum(weight * per_example), jnp.vdot(weight, per_example)) / either(jnp.sum(weight), weight.sum())
