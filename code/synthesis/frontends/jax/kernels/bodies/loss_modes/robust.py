"""Bodies of robust for ``recipes/applications/loss_modes.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def robust(predictions, targets, scale):
    #| 0.4
    if predictions.shape != targets.shape:
        raise ValueError(f'expected targets of shape {predictions.shape}, got {targets.shape}')
    #| end
    r = either(predictions - targets, targets - predictions)
    #| 0.4
    if scale is not None:
        r = r / scale
    #| end


def robust_2(weight, out, mask):
    #| 0.5
    if weight is not None:
        #| 0.7
        if weight.shape != out.shape[:1]:
            raise ValueError(f'expected a weight for each of {out.shape[0]} rows, got {weight.shape}')
        #| end
        out = out * weight[:, None]
    #| end
    #| 0.5
    if mask is not None:
        # {what was not measured costs nothing ~ missing values}
        out = jnp.where(mask[:, None], out, 0.0)
    #| end
