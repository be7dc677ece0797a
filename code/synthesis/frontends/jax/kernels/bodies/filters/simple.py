"""Bodies of simple for ``recipes/applications/filters.py``."""

import jax
import jax.numpy as jnp


def simple(level, alpha, zs, seen):
    #| one of
    def step(level, z):
        #? 0.5 predict, then correct
        error = z - level
        level = level + alpha * error
        return level, level
    level, levels = jax.lax.scan(step, zs[0], zs[1:])
    return jnp.concatenate([zs[:1], levels])
    #| or
    def step(level, inputs):
        z, ok = inputs
        #? 0.5 keep the level at missing observations
        new_level = alpha * z + (1.0 - alpha) * level
        level = jnp.where(ok, new_level, level)
        return level, level
    _, levels = jax.lax.scan(step, zs[0], (zs, seen))
    return levels
    #| or
    def step(carry, z):
        level, var = carry
        error = z - level
        #? 0.5 also track the variance of the errors
        var = (1.0 - alpha) * (var + alpha * error ** 2)
        level = level + alpha * error
        return (level, var), level
    (level, var), levels = jax.lax.scan(step, (zs[0], jnp.zeros_like(zs[0])), zs)
    return levels, jnp.sqrt(var + 1e-8)
    #| end
