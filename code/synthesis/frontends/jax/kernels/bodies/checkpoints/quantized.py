"""Bodies of quantized for ``recipes/applications/checkpoints.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def quantized(bits, params, exclude, min_size, AXES, symmetric, axes, largest_magnitude):
    #| 0.5
    #| one of
    if bits not in (4, 8):
        raise ValueError(f'expected 4 or 8 bits, got {bits}')
    #| or
    if bits > 8 or bits < 2:
        raise ValueError('an entry has to fit one byte')
    #| end
    #| end
    limit = 2 ** (bits - 1) - 1
    #| one of
    quantized, kept = {}, {}
    #| or
    #: quantized = {}
    #: kept = {}
    #| end
    for name, w in params.items():
        #| one of
        #| one of
        if w.ndim < 2 or name in exclude:
        #| or
        #: if w.ndim < 2 or name.endswith(exclude):
        #| or
        #: if w.ndim < 2 :
        #| end
            #? 0.5 vectors stay full
            kept[name] = w
            continue
        #| or
        if w.size < min_size or w.ndim == 1:
            kept[name] = w
            continue
        #| end
        #| 0.4
        #| one of
        w = w.astype(jnp.float32)
        #| or
        w = jnp.asarray(w, jnp.float32)
        #| end
        #| end
        AXES
        #| one of
        if symmetric:
            #| one of
            scale = largest_magnitude(w, axes) / limit
            #| or
            scale = jnp.maximum(jnp.max(jnp.abs(w), axis=axes, keepdims=True), 1e-8) / limit
            #| end
            #| one of
            offset = jnp.zeros_like(scale)
            #| or
            offset = 0.0 * scale
            #| end
        else:
            low = jnp.min(w, axis=axes, keepdims=True)
            high = jnp.max(w, axis=axes, keepdims=True)
            #? 0.4 asymmetric range
            scale = either(jnp.maximum(high - low, 1e-8), (high - low + 1e-8)) / (2 * limit)
            offset = 0.5 * (high + low)
        codes = jnp.clip(jnp.round((w - offset) / scale), -limit, limit)
        entry = {'codes': codes.astype(jnp.int8), 'scale': scale, 'offset': offset}
        #| or
        #| 0.35
        #: if clip_quantile is not None:
            #? 0.5 clip outliers to preserve resolution
        #:     bound = jnp.quantile(jnp.abs(w), clip_quantile)
        #:     w = jnp.clip(w, -bound, bound)
        #| end
        #| one of
        #: scale = largest_magnitude(w, axes) / limit
        #| or
        #: scale = jnp.maximum(jnp.max(jnp.abs(w), axis=axes, keepdims=True), 1e-8) / limit
        #| end
        #| one of
        #: if key is None:
        #:     codes = jnp.round(w / scale)
        #: else:
            #? 0.5 stochastic rounding, unbiased
        #:     noise = jax.random.uniform(jax.random.fold_in(key, len(quantized)), w.shape)
        #:     codes = jnp.floor(w / scale + noise)
        #| or
        #: codes = jnp.round(w / scale)
        #| end
        #| one of
        #: codes = jnp.clip(codes, -limit, limit).astype(jnp.int8)
        #: entry = {'codes': codes, 'scale': scale}
        #| or
        #: entry = {'codes': jnp.clip(codes, -limit, limit).astype(jnp.int8), 'scale': scale}
        #| end
        #| 0.3
        #: if scale_dtype is not None:
        #:     entry['scale'] = scale.astype(scale_dtype)
        #| end
        #| end
        quantized[name] = entry
    return quantized, kept
