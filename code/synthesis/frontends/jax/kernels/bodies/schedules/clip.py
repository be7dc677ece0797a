"""Bodies of clip for ``recipes/applications/schedules.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def clip(max_norm, global_norm, grads, EACH):
    if max_norm is not None:
        #| 0.4
        # clip by global norm
        #| end
        grad_norm = global_norm(grads)
        #| one of
        clip_factor = either(jnp.minimum(1.0, max_norm / (grad_norm + 1e-6)), max_norm / jnp.maximum(grad_norm, max_norm))
        grads = EACH(lambda g: g * clip_factor, grads)
        #| or
        too_large = grad_norm > max_norm
        grads = jax.lax.cond(too_large, lambda: EACH(lambda g: g * max_norm / grad_norm, grads), lambda: grads)
        #| end
