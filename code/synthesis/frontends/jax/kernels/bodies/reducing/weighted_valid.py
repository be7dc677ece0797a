"""Bodies of weighted_valid for ``recipes/applications/reducing.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def weighted_valid(weight, per_example, valid):
    #? 0.6 padding adds nothing to the loss ~ masked mean ~ exclude masked entries
    #| one of
    if weight is None:
        counted = valid.astype(per_example.dtype)
    else:
        #| 0.5
        if weight.shape != per_example.shape:
            raise ValueError(f'expected weights of shape {per_example.shape}, got {weight.shape}')
        #| end
        counted = either(jnp.where(valid, weight, 0.0), weight * valid)
    #| or
    counted = valid.astype(per_example.dtype)
    if weight is not None:
        counted = counted * weight
    #| end
    return either(jnp.sum(counted * per_example), jnp.vdot(counted, per_example)) / jnp.maximum(jnp.sum(counted), 1e-8)
