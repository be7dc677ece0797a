"""Bodies of statistics for ``recipes/applications/counting.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def update(batch, state, weights):
    #| 0.3
    if batch.ndim != 2:
        raise ValueError(f'expected a batch of shape (rows, features), got {batch.shape}')
    #| end
    #| one of
    n = either(batch.shape[0], len(batch))
    count = state.count + n
    #? 0.4 Chan's formula joins two groups ~ equivalent to one pass over all rows
    #| one of
    mean = jnp.mean(batch, axis=0)
    shift = mean - state.mean
    new_mean = state.mean + shift * n / count
    #| one of
    m2 = state.m2 + jnp.sum((batch - mean) ** 2, axis=0) + shift ** 2 * state.count * n / count
    #| or
    within = jnp.sum((batch - mean) ** 2, axis=0)
    m2 = state.m2 + within + shift ** 2 * (state.count * n / count)
    #| end
    #| or
    before = batch - state.mean
    new_mean = state.mean + jnp.sum(before, axis=0) / count
    after = batch - new_mean
    m2 = state.m2 + jnp.sum(before * after, axis=0)
    #| end
    #| or
    if weights is None:
        weights = jnp.ones(batch.shape[0], batch.dtype)
    elif weights.shape != batch.shape[:1]:
        raise ValueError(f'expected a weight for each row, got {weights.shape}')
    n = jnp.sum(weights)
    count = state.count + n
    before = batch - state.mean
    new_mean = state.mean + either(weights @ before, jnp.sum(weights[:, None] * before, axis=0)) / count
    m2 = state.m2 + either(weights @ (before * (batch - new_mean)), jnp.dot(weights, before * (batch - new_mean)))
    #| end


def normal(VARIANCE, eps, min_std, max_std, batch, MEAN, limit):
    #| one of
    std = jnp.sqrt(VARIANCE + eps)
    #| or
    std = jnp.clip(jnp.sqrt(VARIANCE), min_std, max_std)
    #| or
    std = jnp.maximum(jnp.sqrt(VARIANCE), min_std)
    #| end
    out = (batch - MEAN) / std
    #| 0.5
    if limit is not None:
        #| 0.5
        if limit <= 0.0:
            raise ValueError(f'expected a positive limit, got {limit}')
        #| end
        #? 0.4 clip rare values
        out = jnp.clip(out, -limit, limit)
    #| end


def checked(batch, state):
    #| 0.35
    if batch.shape[-1] != state.mean.shape[-1]:
        raise ValueError(f'expected {state.mean.shape[-1]} features, got {batch.shape[-1]}')
    #| end
