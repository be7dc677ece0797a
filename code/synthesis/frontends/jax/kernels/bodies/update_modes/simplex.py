"""Bodies of simplex for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def simplex(params):
    def project_simplex(w):
        #? 0.5 Euclidean projection onto the simplex by sorting
        u = either(jnp.sort(w, axis=-1)[..., ::-1], -jnp.sort(-w, axis=-1))
        cssv = jnp.cumsum(u, axis=-1) - 1.0
        rho = jnp.sum(u * jnp.arange(1, w.shape[-1] + 1) > cssv, axis=-1, keepdims=True)
        theta = jnp.take_along_axis(cssv, rho - 1, axis=-1) / rho
        return jnp.maximum(w - theta, 0.0)
    out = jax.tree.map(project_simplex, params)
