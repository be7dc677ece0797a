"""Bodies of antithetic for ``recipes/applications/tree_tools.py``."""

import jax


def antithetic(scale, key, keys_like, tree):
    #| 0.35
    if scale <= 0:
        raise ValueError(f'expected a positive scale, got {scale}')
    #| end
    keys = keys_like(key, tree)
    noise = jax.tree.map(lambda x, k: jax.random.normal(k, x.shape, x.dtype), tree, keys)
    #? 0.4 antithetic pairs reduce the variance
    #| one of
    plus = jax.tree.map(lambda x, n: x + scale * n, tree, noise)
    minus = jax.tree.map(lambda x, n: x - scale * n, tree, noise)
    #| one of
    return plus, minus
    #| or
    return plus, minus, noise
    #| end
    #| or
    def shift(sign):
        return jax.tree.map(lambda x, n: x + sign * scale * n, tree, noise)
    #| one of
    return shift(1.0), shift(-1.0)
    #| or
    return shift(1.0), shift(-1.0), noise
    #| end
    #| end
