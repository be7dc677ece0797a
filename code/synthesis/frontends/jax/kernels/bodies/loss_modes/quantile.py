"""Bodies of quantile for ``recipes/applications/loss_modes.py``."""

import jax.numpy as jnp


def quantile(tau, r):
    #| one of
    if tau <= 0.0 or tau >= 1.0:
        raise ValueError(f'expected a quantile between 0 and 1, got {tau}')
    out = jnp.maximum(tau * r, (tau - 1.0) * r)
    #| or
    out = jnp.where(r >= 0, tau * r, (tau - 1.0) * r)
    #| end
