"""Bodies of one_statistic for ``recipes/applications/tree_parts.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def one_statistic(kind, x, KEY, stats, with_std, name, prefix):
    #| one of
    if kind == 'norm':
        value = either(jnp.sqrt(jnp.sum(x ** 2)), jnp.linalg.norm(x.reshape(-1)))
    elif kind == 'rms':
        value = jnp.sqrt(jnp.mean(x ** 2))
    #| one of
    elif kind == 'max':
        value = jnp.max(jnp.abs(x))
    #| or
    #: elif kind == 'mean_abs':
    #:     value = jnp.mean(jnp.abs(x))
    #| or
    #: elif kind == 'std':
    #:     value = jnp.std(x)
    #| or
    #: elif kind == 'zeros':
        #? 0.5 sparsity
    #:     value = jnp.mean((x == 0).astype(jnp.float32))
    #| end
    else:
        raise ValueError(f'unknown statistic {kind}')
    stats[KEY] = value
    #| or
    stats[KEY] = either(jnp.sqrt(jnp.sum(x ** 2)), jnp.sqrt(jnp.mean(x ** 2)), jnp.linalg.norm(x.reshape(-1)))
    #| or
    stats[KEY] = either(jnp.max(jnp.abs(x)), jnp.mean(jnp.abs(x)))
    #| one of
    if with_std:
        stats[f'{prefix}/{name}/std'] = jnp.std(x)
    #| or
    #| end
    #| end
