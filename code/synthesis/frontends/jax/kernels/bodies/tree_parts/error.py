"""Bodies of error for ``recipes/applications/tree_parts.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def error(x, y, relative, eps, metric):
    #| 0.25
    if x.shape != y.shape:
        raise ValueError(f'cannot compare arrays of shapes {x.shape} and {y.shape}')
    #| end
    #| 0.3
    dtype = jnp.promote_types(x.dtype, y.dtype)
    x, y = x.astype(dtype), y.astype(dtype)
    #| end
    #| one of
    error = either(jnp.max(jnp.abs(x - y)), jnp.sqrt(jnp.mean((x - y) ** 2)), jnp.mean(jnp.abs(x - y)))
    #| or
    if relative:
        #? 0.5 with respect to the larger of the two
        size = either(jnp.maximum(jnp.abs(x), jnp.abs(y)), jnp.abs(y)) + eps
        error = jnp.max(jnp.abs(x - y) / size)
    else:
        error = jnp.max(jnp.abs(x - y))
    #| or
    gap = jnp.abs(x - y)
    error = jnp.max(gap / (eps + jnp.abs(y)) if relative else gap)
    #| or
    if metric == 'cosine':
        norms = jnp.linalg.norm(x.reshape(-1)) * jnp.linalg.norm(y.reshape(-1))
        error = 1.0 - jnp.vdot(x, y) / (norms + eps)
    elif metric == 'l2':
        error = either(jnp.linalg.norm((x - y).reshape(-1)), jnp.sqrt(jnp.sum((x - y) ** 2)))
    elif metric == 'max':
        error = jnp.max(jnp.abs(x - y))
    else:
        raise ValueError(f'unknown metric {metric}')
    #| end
