"""Bodies of ball for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def ball(global_norm, params, bound, eps):
    #? 0.4 the global norm is bounded
    norm = global_norm(params)
    shrink = either(jnp.minimum(1.0, bound / (norm + eps)), bound / jnp.maximum(norm, bound))
    out = jax.tree.map(lambda w: w * shrink, params)
