"""Bodies of masked for ``recipes/applications/update_modes.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def masked(allowed, scores):
    #| one of
    if allowed is not None:
        #| 0.6
        if allowed.shape != scores.shape:
            raise ValueError(f'expected a mask of shape {scores.shape}, got {allowed.shape}')
        #| end
        #? 0.4 exclude invalid actions
        scores = jnp.where(allowed, scores, -jnp.inf)
    #| or
    scores = jnp.where(allowed, scores, either(-jnp.inf, -1e9))
    #| or
    #| end
