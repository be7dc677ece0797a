"""Bodies of clips for ``recipes/applications/transforms.py``."""

import jax
import jax.numpy as jnp
from jax import lax

from synthesis.drawing.kernel_files.words import either


def clips(global_norm, grads, max_norm, EACH):
    grad_norm = either(global_norm(grads), jnp.sqrt(sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads))))
    clip_factor = either(jnp.minimum(1.0, max_norm / (grad_norm + 1e-6)), max_norm / jnp.maximum(grad_norm, max_norm))
    def rescale(g):
        if not jnp.issubdtype(g.dtype, jnp.floating):
            #| 0.4
            # integer leaves are left as they are
            #| end
            return g
        return (g * clip_factor).astype(g.dtype)
    grads = EACH(rescale, grads)


def clips_2(finite, EACH, grads, global_norm, max_norm):
    if finite:
        #? 0.4 one non-finite entry would make the norm non-finite
        grads = EACH(lambda g: jnp.where(jnp.isfinite(g), g, 0.0), grads)
    grad_norm = global_norm(grads)
    clip_factor = max_norm / jnp.maximum(grad_norm, max_norm)
    grads = EACH(lambda g: g * clip_factor, grads)


def clips_3(global_norm, grads, max_norm, EACH):
    grad_norm = global_norm(grads)
    grads = lax.cond(
        grad_norm > max_norm,
        lambda tree: EACH(lambda g: g * (max_norm / grad_norm), tree),
        lambda tree: tree,
        grads,
    )
