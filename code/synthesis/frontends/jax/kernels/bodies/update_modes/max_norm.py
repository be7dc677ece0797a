"""Bodies of max_norm for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def max_norm(bound, eps, params):
    def clip_norm(w):
        #? 0.4 each array separately
        norm = either(jnp.linalg.norm(w), jnp.sqrt(jnp.sum(jnp.square(w))))
        return w * either(jnp.minimum(1.0, bound / (norm + eps)), (bound / jnp.maximum(norm, bound)))
    out = jax.tree.map(clip_norm, params)
