"""Bodies of shrink for ``recipes/applications/tree_tools.py``."""

import math

import jax


def shrink(shrink, key, keys_like, tree, scale):
    #| 0.4
    if shrink <= 0.0 or shrink > 1.0:
        raise ValueError(f'expected a factor in (0, 1], got {shrink}')
    #| end
    keys = keys_like(key, tree)
    def soft_reset(x, k):
        #| one of
        if x.ndim < 2:
            #? 0.5 biases only shrink
            return shrink * x
        #| or
        if x.ndim < 2:
            #? 0.5 biases are kept
            return x
        #| or
        #| end
        #? 0.4 noise as at initialization
        #| one of
        std = scale / math.sqrt(x.shape[0])
        #| or
        fan_in = x.shape[0]
        std = scale * fan_in ** -0.5
        #| or
        std = scale * math.sqrt(2.0 / sum(x.shape))
        #| end
        return shrink * x + std * jax.random.normal(k, x.shape, x.dtype)
    return jax.tree.map(soft_reset, tree, keys)
