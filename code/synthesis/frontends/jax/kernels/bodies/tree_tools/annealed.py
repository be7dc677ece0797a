"""Bodies of annealed for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp


def annealed(count, eta, gamma, grads, key, keys_like):
    #? 0.4 annealed noise
    #| one of
    variance = eta / (1.0 + count) ** gamma
    std = jnp.sqrt(variance)
    #| or
    std = jnp.sqrt(eta / (1.0 + count) ** gamma)
    #| end
    #| one of
    keys = keys_like(key, grads)
    #| one of
    noise = jax.tree.map(lambda g, k: std * jax.random.normal(k, g.shape, g.dtype), grads, keys)
    return jax.tree.map(jnp.add, grads, noise)
    #| or
    return jax.tree.map(lambda g, k: g + std * jax.random.normal(k, g.shape, g.dtype), grads, keys)
    #| or
    def add(g, k):
        noise = jax.random.normal(k, g.shape, g.dtype)
        return g + std.astype(g.dtype) * noise
    return jax.tree.map(add, grads, keys)
    #| end
    #| or
    leaves, structure = jax.tree.flatten(grads)
    keys = jax.random.split(key, len(leaves))
    noisy = [g + std * jax.random.normal(k, g.shape, g.dtype) for g, k in zip(leaves, keys)]
    return jax.tree.unflatten(structure, noisy)
    #| end
