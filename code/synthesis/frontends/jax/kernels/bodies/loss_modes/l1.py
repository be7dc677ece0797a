"""Bodies of l1 for ``recipes/applications/loss_modes.py``."""

import jax.numpy as jnp


def l1(leaves, eps):
    #| one of
    out = sum(jnp.abs(w).sum() for w in leaves)
    #| or
    summed = 0.0
    for w in leaves:
        # smooth at zero
        summed = summed + jnp.sum(jnp.sqrt(w ** 2 + eps))
    out = summed
    #| end
