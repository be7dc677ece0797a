"""Bodies of scaled for ``recipes/applications/array_parts.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def scaled(x, valid_rows, scheme, eps, skip, limit, return_params):
    #| 0.3
    if x.ndim != 2:
        raise ValueError(f'expected rows of features, got {x.shape}')
    #| end
    #| one of
    if valid_rows is None:
        count, weight = x.shape[0], either(jnp.ones((x.shape[0], 1), x.dtype), jnp.ones_like(x[:, :1]))
    else:
        #| 0.4
        if valid_rows.shape != x.shape[:1]:
            raise ValueError(f'expected a flag for each row, got {valid_rows.shape}')
        #| end
        #? 0.5 mask padding
        weight = valid_rows[:, None].astype(x.dtype)
        count = jnp.maximum(jnp.sum(weight), 1.0)
    #| or
    weight = either(jnp.ones((len(x), 1), x.dtype), jnp.ones_like(x[:, :1]))             if valid_rows is None else valid_rows.astype(x.dtype)[:, None]
    count = jnp.maximum(jnp.sum(weight), 1.0)
    #| end
    #| one of
    if scheme == 'standard':
        offset = jnp.sum(weight * x, axis=0) / count
        scale = jnp.sqrt(jnp.sum(weight * (x - offset) ** 2, axis=0) / count)
    elif scheme == 'minmax':
        high = jnp.max(jnp.where(weight > 0, x, -jnp.inf), axis=0)
        offset = jnp.min(jnp.where(weight > 0, x, jnp.inf), axis=0)
        scale = high - offset
    #| one of
    elif scheme == 'max_abs':
        #? 0.5 zeros stay zeros
        offset = either(jnp.zeros(x.shape[1], x.dtype), jnp.zeros_like(x[0]))
        scale = jnp.max(jnp.abs(weight * x), axis=0)
    #| or
    #: elif scheme == 'rms':
    #:     offset = jnp.zeros(x.shape[1], x.dtype)
    #:     scale = jnp.sqrt(jnp.sum(weight * x ** 2, axis=0) / count)
    #| or
    #| end
    else:
        raise ValueError(f'unknown scheme {scheme}')
    #| or
    if scheme not in ('standard', 'minmax'):
        raise ValueError(f'expected standard or minmax, got {scheme}')
    if scheme == 'standard':
        offset = jnp.sum(weight * x, axis=0) / count
        variance = jnp.sum(weight * (x - offset) ** 2, axis=0) / count
        scale = jnp.sqrt(variance)
    else:
        offset = jnp.min(jnp.where(weight > 0, x, jnp.inf), axis=0)
        scale = jnp.max(jnp.where(weight > 0, x, -jnp.inf), axis=0) - offset
    #| or
    offset = jnp.sum(weight * x, axis=0) / count
    spread = jnp.sum(weight * jnp.abs(x - offset), axis=0) / count
    #? 0.5 more robust than the standard deviation
    scale = either(1.2533 * spread, spread)
    #| end
    #? 0.5 constant features stay unchanged
    scale = either(jnp.where(scale > eps, scale, 1.0), jnp.maximum(scale, eps))
    #| 0.4
    #| one of
    #? 0.5 flags and counts are excluded
    for i in skip:
        offset, scale = offset.at[i].set(0.0), scale.at[i].set(1.0)
    #| or
    if skip:
        kept = jnp.zeros(x.shape[1], dtype=bool)
        for i in skip:
            kept = kept.at[i].set(True)
        offset, scale = jnp.where(kept, 0.0, offset), jnp.where(kept, 1.0, scale)
    #| end
    #| end
    scaled = (x - offset) / scale
    #| 0.4
    if limit is not None:
        scaled = jnp.clip(scaled, -limit, limit)
    #| end
    #| 0.5
    if valid_rows is not None:
        scaled = weight * scaled
    #| end
    #| one of
    return scaled, offset, scale
    #| or
    #: return scaled, {'offset': offset, 'scale': scale}
    #| or
    if not return_params:
        return scaled
    return scaled, (offset, scale)
    #| end
