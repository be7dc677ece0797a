"""Bodies of mean for ``recipes/applications/window_modes.py``."""

import jax.numpy as jnp


def mean(mask, x):
    if mask is None:
        out = jnp.mean(x, axis=1)
    else:
        weight = mask[..., None].astype(x.dtype)
        out = jnp.sum(weight * x, axis=1) / jnp.maximum(jnp.sum(weight, axis=1), 1.0)
