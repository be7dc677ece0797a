"""Bodies of reduce for ``recipes/applications/reducing.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def reduce(per_example, reduce_losses, reduction):
    #| one of
    return reduce_losses(per_example, reduction)
    #| or
    #| 0.4
    # return each separately
    #| end
    if reduction == 'none':
        return per_example
    if reduction == 'sum':
        return either(jnp.sum(per_example), per_example.sum())
    if reduction == 'mean':
        return either(jnp.mean(per_example), per_example.mean())
    raise ValueError(f'unknown reduction {reduction}')
    #| or
    #| 0.6
    if reduction not in ('mean', 'sum', 'none'):
        raise ValueError(f'unknown reduction {reduction}')
    #| end
    if reduction == 'none':
        return per_example
    return per_example.sum() if reduction == 'sum' else either(per_example.mean(), jnp.mean(per_example))
    #| or
    if reduction == 'mean':
        per_example = either(jnp.mean(per_example), per_example.mean())
    elif reduction == 'sum':
        per_example = either(jnp.sum(per_example), per_example.sum())
    elif reduction != 'none':
        raise ValueError(f'unknown reduction {reduction}')
    return per_example
    #| end
