"""Bodies of soft_sphere for ``recipes/applications/dynamics_modes.py``."""

import jax.numpy as jnp


def soft_sphere(r, sigma, hertzian, epsilon):
    overlap = jnp.maximum(1.0 - r / sigma, 0.0)
    #| one of
    if hertzian:
        out = epsilon * overlap ** 2.5
    else:
        out = 0.5 * epsilon * overlap ** 2
    #| or
    out = 0.5 * epsilon * overlap ** 2
    #| end
