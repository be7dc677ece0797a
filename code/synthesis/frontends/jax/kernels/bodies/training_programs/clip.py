"""Bodies of clip for ``recipes/applications/training_programs.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def clip(grads, global_norm, max_norm):
    #| one of
    grad_norm = jnp.sqrt(sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads)))
    #| or
    grad_norm = global_norm(grads)
    #| end
    #| one of
    #| 0.4
    # clip by global norm
    #| end
    clip_factor = either(jnp.minimum(1.0, max_norm / (grad_norm + 1e-6)), max_norm / jnp.maximum(grad_norm, max_norm))
    grads = jax.tree.map(lambda g: g * clip_factor, grads)
    #| or
    if max_norm is not None:
        #| 0.4
        # clip by global norm
        #| end
        clip_factor = either(jnp.minimum(1.0, max_norm / (grad_norm + 1e-6)), max_norm / jnp.maximum(grad_norm, max_norm))
        grads = jax.tree.map(lambda g: g * clip_factor, grads)
    #| end
