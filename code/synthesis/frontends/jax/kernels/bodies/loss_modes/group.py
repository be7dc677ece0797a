"""Bodies of group for ``recipes/applications/loss_modes.py``."""

import math

import jax.numpy as jnp


def group(leaves, eps):
    # {whole columns vanish together ~ a unit is kept or not}
    summed = 0.0
    for w in leaves:
        if w.ndim > 1:
            summed += jnp.sum(jnp.sqrt(jnp.sum(w ** 2, axis=0) + eps)) * math.sqrt(w.shape[0])
        else:
            summed += jnp.sum(jnp.abs(w))
    out = summed
