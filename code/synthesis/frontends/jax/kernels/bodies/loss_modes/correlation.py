"""Bodies of correlation for ``recipes/applications/loss_modes.py``."""

import jax.numpy as jnp


def correlation(x, y, eps):
    # {cosine of what is left without the mean ~ the mean of a row does not matter}
    x_mid = x - x.mean(axis=1, keepdims=True)
    y_mid = y - y.mean(axis=1, keepdims=True)
    lengths = jnp.outer(jnp.linalg.norm(x_mid, axis=1), jnp.linalg.norm(y_mid, axis=1))
    out = 1.0 - x_mid @ y_mid.T / (lengths + eps)
