"""Bodies of to for ``recipes/applications/shaping.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def to(images, patch, flatten, kernel, cls, pos, norm_pixels):
    #| one of
    batch, height, width, channels = images.shape
    #| or
    *lead, height, width, channels = images.shape
    #| end
    #| 0.6
    if height % patch != 0 or width % patch != 0:
        raise ValueError(f'cannot cut {height}x{width} into patches of {patch}')
    #| else
    #| one of
    if height % patch or width % patch:
        #? 0.4 fill up at the bottom and the right
        images = jnp.pad(images, [(0, 0), (0, -height % patch), (0, -width % patch), (0, 0)])
        height, width = images.shape[1:3]
    #| or
    #| end
    #| end
    rows, cols = height // patch, width // patch
    x = images.reshape(images.shape[0], rows, patch, cols, patch, channels)
    x = either(x.transpose(0, 1, 3, 2, 4, 5), jnp.swapaxes(x, 2, 3), jnp.moveaxis(x, 2, 3))
    #| one of
    if flatten:
        return x.reshape(images.shape[0], rows * cols, -1)
    return x.reshape(images.shape[0], rows, cols, patch ** 2 * channels)
    #| or
    x = x.reshape(images.shape[0], rows * cols, patch ** 2 * channels)
    x = either(x @ kernel, jnp.dot(x, kernel))
    if cls is not None:
        #? 0.5 one token for the whole image
        #| one of
        tokens = jnp.broadcast_to(cls, (x.shape[0], 1, cls.shape[-1]))
        #| or
        tokens = jnp.zeros((x.shape[0], 1, x.shape[-1]), x.dtype) + cls
        #| end
        x = jnp.concatenate([tokens, x], axis=1)
    #| 0.5
    if pos is not None:
        x = x + pos[:x.shape[1]]
    #| end
    return x
    #| or
    x = x.reshape(images.shape[0], rows * cols, -1)
    #| one of
    if norm_pixels:
        #? 0.4 normalize each patch separately
        mean, var = jnp.mean(x, axis=-1, keepdims=True), jnp.var(x, axis=-1, keepdims=True)
        x = (x - mean) / jnp.sqrt(var + 1e-6)
    #| or
    #| end
    return x
    #| end
