"""Bodies of dropout for ``recipes/applications/layer_modes.py``."""

import math

import jax
import jax.numpy as jnp


def dims(x, dims, rng, keep_prob):
    #| one of
    shape = list(x.shape)
    for axis in dims:
        #? 0.4 one decision for all along this axis
        shape[axis] = 1
    keep = jax.random.bernoulli(rng, keep_prob, tuple(shape))
    #| or
    shape = tuple(1 if axis in dims else n for axis, n in enumerate(x.shape))
    keep = jax.random.bernoulli(rng, keep_prob, shape)
    #| end
    #| one of
    return jnp.where(keep, x / keep_prob, 0.0)
    #| or
    #? 0.4 the mean stays what it is
    return jnp.where(keep, x / keep_prob, jnp.zeros_like(x))
    #| end


def path(rng, keep_prob, scale_by_keep, residual, x):
    #? 0.4 stochastic depth
    shape = (x.shape[0],) + (1,) * (x.ndim - 1)
    keep = jax.random.bernoulli(rng, keep_prob, shape)
    #| one of
    if scale_by_keep:
        x = x / keep_prob
    return residual + jnp.where(keep, x, 0.0)
    #| or
    return residual + jnp.where(keep, x / keep_prob, 0.0)
    #| or
    out = jnp.where(keep, x / keep_prob, 0.0)
    return residual + out
    #| end


def noise(name, rng, keep_prob, x, rate):
    if name == 'bernoulli':
        keep = jax.random.bernoulli(rng, keep_prob, x.shape)
        #| one of
        out = jnp.where(keep, x / keep_prob, 0.0)
        #| or
        out = x * keep / keep_prob
        #| end
    elif name == 'gaussian':
        #? 0.4 multiplicative noise of the same variance
        std = math.sqrt(rate / keep_prob)
        #| one of
        out = x * (1.0 + std * jax.random.normal(rng, x.shape))
        #| or
        noise = 1.0 + std * jax.random.normal(rng, x.shape, x.dtype)
        out = x * noise
        #| end
    else:
        raise ValueError(f'unknown kind of noise {name}')
    return out


def pair(rng, keep_prob, x, residual, token_rate):
    #| one of
    rng_x, rng_tokens = jax.random.split(rng)
    #| or
    keys = jax.random.split(rng)
    rng_x, rng_tokens = keys[0], keys[1]
    #| end
    keep = jax.random.bernoulli(rng_x, keep_prob, x.shape)
    out = residual + jnp.where(keep, x / keep_prob, 0.0)
    #| one of
    if token_rate > 0.0:
        #? 0.5 whole tokens as well
        keep_tokens = jax.random.bernoulli(rng_tokens, 1.0 - token_rate, x.shape[:2])
        out = jnp.where(keep_tokens[..., None], out, 0.0)
    return out
    #| or
    keep_tokens = jax.random.bernoulli(rng_tokens, 1.0 - token_rate, x.shape[:2])
    return out * keep_tokens[..., None]
    #| end
