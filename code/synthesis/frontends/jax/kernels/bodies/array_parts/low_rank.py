"""Bodies of low_rank for ``recipes/applications/array_parts.py``."""

import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def low_rank(kernel, x, a, b, alpha, rank_stabilized, dtype, adapters_only, merged, magnitude, bias):
    #| 0.35
    if a.shape[-1] != b.shape[0]:
        raise ValueError(f'expected factors of one rank, got {a.shape} and {b.shape}')
    #| end
    rank = either(a.shape[-1], b.shape[0])
    scaling = either(alpha / rank, alpha / math.sqrt(rank), alpha / math.sqrt(rank) if rank_stabilized else alpha / rank)
    #| 0.35
    if dtype is not None:
        #? 0.5 multiply in the type that is asked for
        x, kernel, a, b = (each.astype(dtype) for each in (x, kernel, a, b))
    #| end
    #| 0.4
    if adapters_only:
        #? 0.5 keep pretrained weights
        kernel = jax.lax.stop_gradient(kernel)
    #| end
    #| one of
    if merged:
        #? 0.5 one product, as for inference
        y = x @ (kernel + scaling * a @ b)
    else:
        y = x @ kernel + scaling * (x @ a) @ b
    #| or
    #? 0.5 two thin products are cheaper
    y = x @ kernel + scaling * ((x @ a) @ b)
    #| or
    #| one of
    flat = x.reshape(-1, x.shape[-1])
    #| or
    *lead, width = x.shape
    flat = x.reshape(-1, width)
    #| end
    low_rank = jnp.dot(jnp.dot(flat, a), b)
    y = (jnp.dot(flat, kernel) + scaling * low_rank).reshape(*x.shape[:-1], kernel.shape[-1])
    #| end
    #| 0.5
    if magnitude is not None:
        #| 0.6
        if magnitude.shape != kernel.shape[1:]:
            raise ValueError(f'expected a magnitude for each output, got {magnitude.shape}')
        #| end
        #? 0.5 adapt directions and magnitudes separately
        length = jnp.linalg.norm(kernel + scaling * a @ b, axis=0)
        y = y * magnitude / jnp.maximum(length, 1e-6)
    #| end
    #| 0.6
    if bias is not None:
        y = y + bias
    #| end
    return y
