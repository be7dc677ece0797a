"""Bodies of masked for ``recipes/applications/metric_batches.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def masked(mask, labels):
    #| one of
    if mask is None:
        weight = jnp.ones(labels.shape)
    else:
        #| 0.5
        if mask.shape != labels.shape:
            raise ValueError(f'expected a mask of shape {labels.shape}, got {mask.shape}')
        #| end
        weight = either(mask.astype(jnp.float32), mask.reshape(-1).astype(jnp.float32))
    #| or
    if mask is None:
        mask = jnp.ones(labels.shape, dtype=bool)
    weight = mask.astype(jnp.float32)
    #| end
