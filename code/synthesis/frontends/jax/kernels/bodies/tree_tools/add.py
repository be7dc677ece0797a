"""Bodies of add for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp


def add(scale, key, keys_like, tree, x, k):
    #| 0.3
    if scale < 0:
        raise ValueError(f'expected a scale of at least 0, got {scale}')
    #| end
    #| one of
    keys = keys_like(key, tree)
    def add(x, k):
        #| one of
        if not jnp.issubdtype(x.dtype, jnp.floating):
            #? 0.5 counters stay as they are
            return x
        return x + scale * jax.random.normal(k, x.shape, x.dtype)
        #| or
        noise = jax.random.normal(k, x.shape, x.dtype)
        return x + scale * noise
        #| or
        #? 0.4 noise scaled to the entries of this array
        rms = jnp.sqrt(jnp.mean(x ** 2) + 1e-12)
        return x + scale * rms * jax.random.normal(k, x.shape, x.dtype)
        #| end
    return jax.tree.map(add, tree, keys)
    #| or
    leaves, structure = jax.tree.flatten(tree)
    keys = jax.random.split(key, len(leaves))
    #| one of
    noisy = [x + scale * jax.random.normal(k, x.shape, x.dtype) for x, k in zip(leaves, keys)]
    #| or
    noisy = []
    for x, k in zip(leaves, keys):
        noise = scale * jax.random.normal(k, x.shape)
        noisy.append(x + noise.astype(x.dtype))
    #| end
    return jax.tree.unflatten(structure, noisy)
    #| end
