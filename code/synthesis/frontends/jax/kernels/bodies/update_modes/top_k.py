"""Bodies of top_k for ``recipes/applications/update_modes.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def top_k(share, grads):
    def sparsify(g):
        flat = either(jnp.abs(g).ravel(), jnp.abs(g).reshape(-1))
        k = max(1, int(flat.size * share))
        #? 0.4 only the largest entries are sent
        threshold_k = either(jnp.sort(flat)[-k], jax.lax.top_k(flat, k)[0][-1])
        return jnp.where(jnp.abs(g) >= threshold_k, g, 0.0)
    out = jax.tree.map(sparsify, grads)
