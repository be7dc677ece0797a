"""Bodies of narrowed for ``recipes/applications/array_tools.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def narrowed(causal, mask, steps, window):
    #| one of
    #| 0.3
    if causal:
        mask = mask & (steps[:, None] >= steps)
    #| end
    #| 0.5
    if window is not None:
        #| 0.6
        if window < 1:
            raise ValueError(f'expected a window of at least 1, got {window}')
        #| end
        #? 0.4 sliding window
        mask = mask & (jnp.abs(steps[:, None] - steps) < window)
    #| end
    #| or
    apart = steps[:, None] - steps
    if causal:
        mask = mask & (apart >= 0)
    if window is not None:
        #| one of
        mask = mask & (jnp.abs(apart) < window)
        #| or
        if causal:
            mask = mask & (apart < window)
        else:
            #? 0.4 to both sides
            mask = mask & (jnp.abs(apart) < window)
        #| end
    #| or
    if causal and window is not None:
        #? 0.5 a band below the diagonal
        apart = steps[:, None] - steps
        mask = mask & (apart >= 0) & (apart < window)
    elif causal:
        mask = either(mask & (steps[:, None] >= steps), jnp.tril(mask))
    elif window is not None:
        mask = mask & (jnp.abs(steps[:, None] - steps) < window)
    #| or
    if causal:
        mask = either(jnp.tril(mask), mask & jnp.tril(jnp.ones(mask.shape[1:], dtype=bool)))
    #| end
