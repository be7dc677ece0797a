"""Bodies of private for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def private(grads, global_norm, max_norm, noise_multiplier, key, keys_like):
    #? 0.4 noise scaled to the sensitivity
    #| one of
    norm = jnp.sqrt(sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads)))
    #| or
    norm = global_norm(grads)
    #| end
    factor = either(jnp.minimum(1.0, max_norm / norm), 1.0 / jnp.maximum(1.0, norm / max_norm))
    std = noise_multiplier * max_norm
    keys = keys_like(key, grads)
    #? 0.4 clip, then add noise
    #| one of
    return jax.tree.map(lambda g, k: factor * g + std * jax.random.normal(k, g.shape, g.dtype), grads, keys)
    #| or
    def privatize(g, k):
        noise = jax.random.normal(k, g.shape, g.dtype)
        return factor * g + std * noise
    return jax.tree.map(privatize, grads, keys)
    #| or
    grads = jax.tree.map(lambda g: factor * g, grads)
    noise = jax.tree.map(lambda g, k: std * jax.random.normal(k, g.shape), grads, keys)
    return jax.tree.map(jnp.add, grads, noise)
    #| end
