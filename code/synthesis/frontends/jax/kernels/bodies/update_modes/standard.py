"""Bodies of standard for ``recipes/applications/update_modes.py``."""

import jax.numpy as jnp


def standard(standardize, ADV, eps, mask):
    #| one of
    #| 0.5
    if standardize:
        ADV = (ADV - ADV.mean()) / (ADV.std() + eps)
    #| end
    #| or
    if mask is not None:
        #| 0.5
        if mask.shape != ADV.shape:
            raise ValueError(f'expected a mask of shape {ADV.shape}, got {mask.shape}')
        #| end
        #? 0.5 padding after the end of an episode ~ steps that do not count
        ADV = jnp.where(mask, ADV, 0.0)
    #| or
    #| end
