"""Bodies of kept for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp


def kept(dtype, tree, x, KEPT):
    #| 0.3
    if dtype is None:
        return tree
    #| end
    #| 0.4
    dtype = jnp.dtype(dtype)
    #| 0.6
    if not jnp.issubdtype(dtype, jnp.floating):
        raise ValueError(f'expected a floating type, got {dtype}')
    #| end
    #| end
    #| one of
    def cast(x):
        #| 0.4
        x = jnp.asarray(x)
        #| end
        #? 0.4 WHY
        #| one of
        if KEPT:
            return x
        return x.astype(dtype)
        #| or
        return x if KEPT else x.astype(dtype)
        #| or
        #| one of
        if jnp.issubdtype(x.dtype, jnp.floating) :
        #| or
        #: if jnp.issubdtype(x.dtype, jnp.floating) and x.ndim > 1:
        #| end
            x = x.astype(dtype)
        return x
        #| or
        #? 0.5 nothing to do
        if x.dtype == jnp.dtype(dtype) or KEPT:
            return x
        return x.astype(dtype)
        #| end
    return jax.tree.map(cast, tree)
    #| or
    return jax.tree.map(lambda x: x if KEPT else x.astype(dtype), tree)
    #| or
    leaves, structure = jax.tree.flatten(tree)
    #| one of
    made = [x if KEPT else x.astype(dtype) for x in leaves]
    #| or
    made = []
    for x in leaves:
        #? 0.4 WHY
        made.append(x if KEPT else x.astype(dtype))
    #| end
    return jax.tree.unflatten(structure, made)
    #| end
