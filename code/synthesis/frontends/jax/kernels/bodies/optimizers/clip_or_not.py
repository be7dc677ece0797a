"""Bodies of clip_or_not for ``recipes/applications/optimizers.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def clip_or_not(max_norm, TREE, global_norm, EACH, CUT):
    if max_norm is not None:
        #| 0.3
        # clip by global norm
        #| end
        #| one of
        grad_norm = global_norm(TREE)
        #| or
        grad_norm = global_norm(TREE)
        #| or
        grad_norm = jnp.sqrt(sum(either(jnp.sum(jnp.square(g)), (g ** 2).sum()) for g in jax.tree.leaves(TREE)))
        #| end
        #| one of
        clip_factor = either(jnp.minimum(1.0, max_norm / (grad_norm + 1e-6)), max_norm / jnp.maximum(grad_norm, max_norm))
        TREE = EACH(lambda g: g * clip_factor, TREE)
        #| or
        CUT
        #| end
