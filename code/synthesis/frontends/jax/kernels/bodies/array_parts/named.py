"""Bodies of named for ``recipes/applications/array_parts.py``."""

import jax.numpy as jnp


def named(outside, high, low, x):
    #| one of
    if outside == 'clip':
        x = jnp.clip(x, low, high)
    elif outside == 'wrap':
        #? 0.5 the table repeats
        x = low + jnp.mod(x - low, high - low)
    elif outside != 'extrapolate':
        raise ValueError(f'unknown mode {outside}')
    #| or
    if outside not in ('clip', 'extrapolate'):
        raise ValueError(f'expected clip or extrapolate, got {outside}')
    if outside == 'clip':
        x = jnp.clip(x, low, high)
    #| end
