"""Bodies of reduced for ``recipes/applications/shaping.py``."""

import functools

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def reduced(x, canonical_axis, keepdims, where, axis):
    #| 0.45
    if where is not None and where.ndim > x.ndim:
        raise ValueError(f'a mask of {where.ndim} axes does not fit {x.shape}')
    #| end
    #| one of
    if where is not None:
        #? 0.4 one flag for all features of a row
        #| one of
        while where.ndim < x.ndim:
            where = either(where[..., None], jnp.expand_dims(where, -1))
        #| or
        while where.ndim < x.ndim:
            where = where[..., None]
        #| or
        where = where.reshape(where.shape + (1,) * (x.ndim - where.ndim))
        #| end
        where = jnp.broadcast_to(where, x.shape)
    else:
        where = either(jnp.ones(x.shape, dtype=bool), jnp.ones_like(x, dtype=bool))
    #| or
    if where is None:
        where = either(jnp.ones(x.shape, dtype=bool), jnp.ones_like(x, dtype=bool))
    else:
        missing = x.ndim - where.ndim
        where = jnp.broadcast_to(where.reshape(where.shape + (1,) * missing), x.shape)
    #| end
    #| 0.5
    if axis is not None:
        axis = canonical_axis(axis, x.ndim)
    #| end
    #| one of
    reduce = functools.partial(jnp.sum, axis=axis, keepdims=keepdims, where=where)
    #| or
    #| end


def sums(COUNT, how, SUM, x):
    #? 0.4 avoid division by zero
    count = COUNT
    if how == 'sum':
        return SUM(x)
    if how == 'mean':
        return SUM(x) / count
    #| one of
    if how == 'rms':
        return jnp.sqrt(SUM(x ** 2) / count)
    raise ValueError(f'unknown reduction {how}')
    #| or
    if how == 'var':
        #? 0.5 clamp negative rounding errors
        return jnp.maximum(SUM(x ** 2) / count - (SUM(x) / count) ** 2, 0.0)
    raise ValueError(f'expected sum, mean or var, got {how}')
    #| or
    raise ValueError(f'expected sum or mean, got {how}')
    #| end


def moments(COUNT, SUM, x, unbiased):
    count = COUNT
    mean = SUM(x) / count
    #| one of
    mean_sq = SUM(x ** 2) / count
    #? 0.4 clamp negative rounding errors
    var = jnp.maximum(mean_sq - mean ** 2, 0.0)
    #| or
    var = jnp.maximum(SUM(x ** 2) / count - mean ** 2, 0.0)
    #| end
    #| one of
    return mean, var
    #| or
    return {'mean': mean, 'var': var}
    #| or
    if unbiased:
        #? 0.4 Bessel's correction
        var = var * count / jnp.maximum(count - 1, 1)
    return mean, var
    #| end
