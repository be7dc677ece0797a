"""Bodies of depth for ``recipes/applications/shaping.py``."""

import jax.numpy as jnp


def depth(images, inverse, block, reduce):
    #| one of
    batch, height, width, channels = images.shape
    #| or
    height, width, channels = images.shape[1:]
    #| end
    #| one of
    if inverse:
        #| 0.5
        if channels % block ** 2 != 0:
            raise ValueError(f'{channels} channels are no blocks of {block}')
        #| end
        #? 0.4 channels become pixels
        x = images.reshape(-1, height, width, block, block, channels // block ** 2)
        x = x.transpose(0, 1, 3, 2, 4, 5)
        return x.reshape(-1, height * block, width * block, channels // block ** 2)
    #| 0.5
    if height % block or width % block:
        raise ValueError(f'expected sides that {block} divides, got {height} and {width}')
    #| end
    #? 0.4 pixels become channels
    x = images.reshape(-1, height // block, block, width // block, block, channels)
    x = x.transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, height // block, width // block, block ** 2 * channels)
    #| or
    x = images.reshape(-1, height // block, block, width // block, block, channels)
    if reduce == 'mean':
        #? 0.4 a smaller image
        return jnp.mean(x, axis=(2, 4))
    if reduce == 'max':
        return jnp.max(x, axis=(2, 4))
    if reduce is not None:
        raise ValueError(f'expected mean or max, got {reduce}')
    x = x.transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(*x.shape[:3], -1)
    #| end
