"""Bodies of pad_by_hand for ``recipes/applications/images.py``."""

import jax.numpy as jnp


def pad_by_hand(padding, params, PADS, x):
    #| one of
    if padding in ('reflect', 'wrap'):
        # {the convolution itself pads with zeros only ~ pad by hand, then convolve what is there}
        reach = params['kernel'].SIZE // 2
        x = jnp.pad(x, PADS, mode=padding)
        padding = 'VALID'
    #| or
    if padding not in ('SAME', 'VALID'):
        #| 0.5
        if params['kernel'].SIZE % 2 == 0:
            raise ValueError(f'{padding} padding takes a kernel of odd size')
        #| end
        reach = params['kernel'].SIZE // 2
        x = jnp.pad(x, PADS, mode=padding)
        padding = 'VALID'
    #| end
