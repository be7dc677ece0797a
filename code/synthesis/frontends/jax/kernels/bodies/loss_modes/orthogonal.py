"""Bodies of orthogonal for ``recipes/applications/loss_modes.py``."""

import jax.numpy as jnp


def orthogonal(leaves):
    summed = 0.0
    for w in leaves:
        if w.ndim != 2:
            summed += jnp.sum(w ** 2)
        else:
            gram = w.T @ w
            summed += jnp.sum((gram - jnp.eye(w.shape[1])) ** 2)
    out = summed
