"""Bodies of step for ``recipes/applications/optimizer_parts.py``."""

import jax.numpy as jnp


def step(t, boundaries, drop, total_steps):
    scale = jnp.ones_like(t)
    for boundary in boundaries:
        #? 0.4 decay by a factor at each boundary
        scale = scale * jnp.where(t < boundary * total_steps, 1.0, drop)
