"""Bodies of soft for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp


def soft(new, rate, tree):
    #| one of
    return jax.tree.map(lambda old, x: old + rate * (x - old), tree, new)
    #| or
    return jax.tree.map(lambda old, x: (1.0 - rate) * old + rate * x, tree, new)
    #| or
    #| 0.4
    if rate <= 0.0 or rate > 1.0:
        raise ValueError(f'expected a rate in (0, 1], got {rate}')
    #| end
    def mix(old, x):
        #| 0.5
        if old.shape != x.shape:
            raise ValueError(f'expected an array of shape {old.shape}, got {x.shape}')
        #| end
        if not jnp.issubdtype(old.dtype, jnp.floating):
            #? 0.5 copy counters
            return x
        return (1.0 - rate) * old + rate * x
    return jax.tree.map(mix, tree, new)
    #| end
