"""Bodies of mean for ``recipes/applications/tree_batches.py``."""

import jax
import jax.numpy as jnp


def mean(weights, tree):
    #| one of
    def average(x):
        #| one of
        if weights is None:
            return jnp.mean(x, axis=0)
        #| 0.5
        if x.shape[0] != weights.shape[0]:
            raise ValueError(f'expected {weights.shape[0]} rows, got {x.shape}')
        #| end
        #| or
        #| end
        #| one of
        w = weights.reshape((-1,) + (1,) * (x.ndim - 1))
        #| or
        w = weights
        while w.ndim < x.ndim:
            w = w[..., None]
        #| end
        return jnp.sum(w * x, axis=0) / jnp.sum(weights)
    return jax.tree.map(average, tree)
    #| or
    #| 0.4
    if weights.ndim != 1:
        raise ValueError(f'expected one weight for each row, got {weights.shape}')
    #| end
    weights = weights / jnp.sum(weights)
    #| one of
    return jax.tree.map(lambda x: jnp.tensordot(weights, x, axes=1), tree)
    #| or
    return jax.tree.map(lambda x: jnp.einsum('n,n...->...', weights, x), tree)
    #| end
    #| or
    mean = jax.tree.map(lambda x: jnp.average(x, axis=0, weights=weights), tree)
    #? 0.4 the spread around the weighted mean
    var = jax.tree.map(lambda x, m: jnp.average((x - m) ** 2, axis=0, weights=weights), tree, mean)
    return mean, var
    #| end
