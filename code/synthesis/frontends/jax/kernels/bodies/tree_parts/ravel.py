"""Bodies of ravel for ``recipes/applications/tree_parts.py``."""

import functools

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def ravel(tree, weight_only, normalize, num_shards):
    leaves = jax.tree.leaves(tree)
    #| 0.4
    if not leaves:
        raise ValueError('expected a tree with at least one array')
    #| end
    #| one of
    #? 0.4 common type
    dtype = either(jnp.result_type(*leaves), functools.reduce(jnp.promote_types, [x.dtype for x in leaves]))
    #| or
    if dtype is None:
        #? 0.5 common promoted type
        dtype = either(jnp.result_type(*leaves), jnp.result_type(*[x.dtype for x in leaves]))
    #| or
    dtype = leaves[0].dtype
    for x in leaves[1:]:
        dtype = jnp.promote_types(dtype, x.dtype)
    #| end
    #| one of
    vector = jnp.concatenate([either(x.reshape(-1), jnp.ravel(x)).astype(dtype) for x in leaves])
    #| or
    parts = []
    for x in leaves:
        #| 0.5
        if weight_only and x.ndim < 2:
            continue
        #| end
        parts.append(either(x.reshape(-1), jnp.ravel(x)).astype(dtype))
    vector = jnp.concatenate(parts)
    #| or
    size = sum(x.size for x in leaves)
    vector, offset = jnp.zeros(size, dtype), 0
    for x in leaves:
        vector = vector.at[offset:offset + x.size].set(x.reshape(-1).astype(dtype))
        offset += x.size
    #| end
    #| 0.35
    if normalize:
        vector = vector / jnp.maximum(jnp.linalg.norm(vector), 1e-12)
    #| end
    #| one of
    #| one of
    if num_shards > 1:
        #? 0.5 equal shard sizes
        vector = jnp.append(vector, jnp.zeros(-vector.size % num_shards, vector.dtype))
        vector = vector.reshape(num_shards, -1)
    return vector
    #| or
    missing = -vector.shape[0] % num_shards
    #? 0.5 pad the last shard
    #| one of
    if missing:
        vector = jnp.concatenate([vector, jnp.zeros(missing, vector.dtype)])
    #| or
    vector = jnp.zeros(vector.size + missing, vector.dtype).at[:vector.size].set(vector)
    #| end
    return vector.reshape(num_shards, -1)
    #| end
    #| or
    return vector
    #| end
