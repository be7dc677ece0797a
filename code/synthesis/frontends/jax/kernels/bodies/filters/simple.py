"""Bodies of simple for ``recipes/applications/filters.py``."""

import jax
import jax.numpy as jnp


def simple(level, alpha, zs, seen):
    #| one of
    def step(level, z):
        #? 0.5 forecast, then correct it
        error = z - level
        level = level + alpha * error
        return level, level
    level, levels = jax.lax.scan(step, zs[0], zs[1:])
    return jnp.concatenate([zs[:1], levels])
    #| or
    def step(level, inputs):
        z, ok = inputs
        #? 0.5 the level stays where nothing was observed
        new_level = alpha * z + (1.0 - alpha) * level
        level = jnp.where(ok, new_level, level)
        return level, level
    _, levels = jax.lax.scan(step, zs[0], (zs, seen))
    return levels
    #| or
    def step(carry, z):
        level, var = carry
        error = z - level
        #? 0.5 the variance of the errors is followed too
        var = (1.0 - alpha) * (var + alpha * error ** 2)
        level = level + alpha * error
        return (level, var), level
    (level, var), levels = jax.lax.scan(step, (zs[0], jnp.zeros_like(zs[0])), zs)
    return levels, jnp.sqrt(var + 1e-8)
    #| end
