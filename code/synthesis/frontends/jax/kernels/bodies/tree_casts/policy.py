"""Bodies of policy for ``recipes/applications/tree_casts.py``."""

import jax
import jax.numpy as jnp


def policy(policy, tree, batch):
    #| 0.4
    policies = {'full': 'float32', 'half': 'bfloat16'}
    if policy not in policies:
        raise ValueError(f'unknown policy {policy}')
    dtype = policies[policy]
    #| else
    if policy == 'half':
        dtype = jnp.bfloat16
    elif policy == 'full':
        dtype = jnp.float32
    else:
        raise ValueError(f'expected full or half, got {policy}')
    #| end
    def cast(x):
        #| one of
        if not jnp.issubdtype(x.dtype, jnp.floating):
            return x
        return x.astype(dtype)
        #| or
        #? 0.4 counters are not rounded
        is_float = jnp.issubdtype(x.dtype, jnp.floating)
        return x.astype(dtype) if is_float else x
        #| end
    #| one of
    return jax.tree.map(cast, tree)
    #| or
    #? 0.4 cast the layer parameters and the batch
    return jax.tree.map(cast, tree), jax.tree.map(cast, batch)
    #| or
    #: def cast_layer(name, layer):
        #? 0.5 statistics need full precision
    #:     if name in keep_full:
    #:         return layer
    #:     return jax.tree.map(cast, layer)
    #: return {name: cast_layer(name, layer) for name, layer in tree.items()}
    #| end
