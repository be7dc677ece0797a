"""Bodies of minkowski for ``recipes/applications/loss_modes.py``."""

import jax.numpy as jnp


def minkowski(power, eps, x, y):
    #| 0.5
    if power < 1.0:
        raise ValueError(f'expected a power of one or more, got {power}')
    #| end
    abs_diff = jnp.abs(x[:, None, :] - y[None, :, :]) + eps
    out = jnp.sum(abs_diff ** power, axis=-1) ** (1.0 / power)
