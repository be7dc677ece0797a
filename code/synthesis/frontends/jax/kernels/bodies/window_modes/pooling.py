"""Bodies of pooling for ``recipes/applications/window_modes.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def images(x):
    #| 0.3
    if x.ndim != 4:
        raise ValueError(f'expected images of shape (batch, height, width, channels), got {x.shape}')
    #| end


def sequences(x):
    #| 0.3
    if x.ndim != 3:
        raise ValueError(f'expected features of shape (batch, length, dim), got {x.shape}')
    #| end


def normalized(normalize, eps, out):
    #| 0.5
    if normalize:
        norm = jnp.linalg.norm(out, axis=-1, keepdims=True)
        out = out / either(jnp.maximum(norm, eps), (norm + eps))
    #| end
    return out
