"""Bodies of apply for ``recipes/applications/shaping.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def apply(x, kernel, dtype, bias, activation):
    #| one of
    lead, width = x.shape[:-1], x.shape[-1]
    #| or
    *lead, width = x.shape
    #| end
    #| 0.6
    if width != kernel.shape[0]:
        raise ValueError(f'expected {kernel.shape[0]} features, got {width}')
    #| end
    #? 0.4 single matrix product over all leading axes
    flat = x.reshape(-1, width)
    #| 0.5
    if dtype is not None:
        #? 0.5 multiply in the type that is asked for
        flat, kernel = flat.astype(dtype), kernel.astype(dtype)
    #| end
    y = either(flat @ kernel, jnp.dot(flat, kernel))
    #| 0.7
    if bias is not None:
        y = y + bias
    #| end
    #| 0.4
    if activation == 'relu':
        y = jax.nn.relu(y)
    elif activation == 'gelu':
        y = jax.nn.gelu(y)
    elif activation is not None:
        raise ValueError(f'unknown activation {activation}')
    #| end
    return either(y.reshape(*lead, y.shape[-1]), y.reshape(*lead, -1))
