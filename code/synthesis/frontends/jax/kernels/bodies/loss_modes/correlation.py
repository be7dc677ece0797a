"""Bodies of correlation for ``recipes/applications/loss_modes.py``."""

import jax.numpy as jnp


def correlation(x, y, eps):
    # {cosine similarity after centring ~ invariant to the row mean}
    x_mid = x - x.mean(axis=1, keepdims=True)
    y_mid = y - y.mean(axis=1, keepdims=True)
    lengths = jnp.outer(jnp.linalg.norm(x_mid, axis=1), jnp.linalg.norm(y_mid, axis=1))
    out = 1.0 - x_mid @ y_mid.T / (lengths + eps)
