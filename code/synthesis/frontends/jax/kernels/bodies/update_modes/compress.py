"""Bodies of compress for ``recipes/applications/update_modes.py``."""

import jax


def compress(scale_back, eps, global_norm, grads, out):
    #| one of
    if scale_back:
        #? 0.4 restore the norm of the gradients
        ratio = global_norm(grads) / (global_norm(out) + eps)
        out = jax.tree.map(lambda g: g * ratio, out)
    #| or
    #| end
