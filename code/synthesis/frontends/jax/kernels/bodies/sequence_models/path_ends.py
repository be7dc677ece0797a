"""Bodies of path_ends for ``recipes/applications/sequence_models.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def path_ends(observed, path, scale):
    #| one of
    error = path - observed
    #| one of
    return path, jnp.sqrt(jnp.mean(error ** 2, axis=(1, 2)))
    #| or
    #? 0.4 divergence of the trajectories after each step
    distance = jnp.mean(jnp.linalg.norm(error, axis=-1), axis=1)
    return path, distance
    #| or
    rmse = jnp.sqrt(jnp.mean(jnp.square(error / scale), axis=(1, 2)))
    return path, rmse
    #| or
    #? 0.4 errors normalized by standard deviations
    error = error / scale
    return path, jnp.mean(jnp.abs(error), axis=(1, 2))
    #| end
    #| or
    #? 0.4 divergence of the trajectories after each step
    distance = jnp.sqrt(jnp.sum((path - observed) ** 2, axis=-1))
    return path, either(jnp.mean(distance, axis=1), distance.max(axis=1), jnp.median(distance, axis=1))
    #| end
