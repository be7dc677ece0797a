"""Bodies of a_from for ``recipes/applications/shaping.py``."""

import math

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def a_from(patches, grid, channels, channels_first, crop):
    #| one of
    batch, num, width = patches.shape
    #| or
    num, width = patches.shape[1:]
    #| end
    #| one of
    rows = math.isqrt(num)
    cols = num // rows
    #| or
    if grid is None:
        #? 0.4 a square image
        side = math.isqrt(num)
        grid = (side, side)
    rows, cols = grid
    #| or
    side = math.isqrt(num)
    rows, cols = either(grid if grid is not None else (side, side), grid or (side, side))
    #| end
    #| 0.6
    if rows * cols != num:
        raise ValueError(f'{num} patches are no grid of {rows}x{cols}')
    #| end
    #| 0.4
    if width % channels != 0:
        raise ValueError(f'cannot divide {width} numbers by {channels} channels')
    #| end
    patch = math.isqrt(width // channels)
    x = patches.reshape(patches.shape[0], rows, cols, patch, patch, channels)
    x = either(x.transpose(0, 1, 3, 2, 4, 5), jnp.swapaxes(x, 2, 3), jnp.moveaxis(x, 2, 3))
    #| one of
    images = x.reshape(x.shape[0], rows * patch, cols * patch, channels)
    #| 0.6
    if channels_first:
        images = either(images.transpose(0, 3, 1, 2), jnp.moveaxis(images, -1, 1))
    #| end
    return images
    #| or
    images = x.reshape(-1, rows * patch, cols * patch, channels)
    if crop is not None:
        #? 0.4 remove the padding
        images = images[:, :crop, :crop]
    return images
    #| end
