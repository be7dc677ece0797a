"""Bodies of unit_columns for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def unit_columns(eps, safe_norm, params):
    def normalize(w):
        if w.ndim < 2:
            #? 0.4 biases are unconstrained
            return w
        return w / either((jnp.linalg.norm(w, axis=0, keepdims=True) + eps), safe_norm(w, axis=0))
    out = jax.tree.map(normalize, params)
