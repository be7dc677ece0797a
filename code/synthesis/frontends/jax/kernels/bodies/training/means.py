"""Bodies of means for ``recipes/applications/training.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def means(weight, losses):
    if weight is not None:
        #| 0.4
        if weight.shape != losses.shape:
            raise ValueError(f'expected weights of shape {losses.shape}, got {weight.shape}')
        #| end
        loss = either(jnp.sum(weight * losses) / jnp.sum(weight), jnp.vdot(weight, losses) / weight.sum())
    else:
        loss = jnp.mean(losses)
