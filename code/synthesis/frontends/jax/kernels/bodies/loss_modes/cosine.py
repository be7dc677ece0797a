"""Bodies of cosine for ``recipes/applications/loss_modes.py``."""

import jax.numpy as jnp


def cosine(safe_norm, x, y, eps):
    #| one of
    x_unit, y_unit = x / safe_norm(x), y / safe_norm(y)
    #| or
    x_unit = x / (jnp.linalg.norm(x, axis=-1, keepdims=True) + eps)
    y_unit = y / (jnp.linalg.norm(y, axis=-1, keepdims=True) + eps)
    #| end
    out = 1.0 - x_unit @ y_unit.T
