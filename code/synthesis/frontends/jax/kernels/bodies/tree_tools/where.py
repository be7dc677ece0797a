"""Bodies of where for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def where(pred, a, b):
    #| 0.3
    if pred.ndim != 1 or pred.dtype != bool:
        raise ValueError(f'expected one flag for each row, got {pred.shape} of {pred.dtype}')
    #| else
    #| 0.3
    if jax.tree.structure(a) != jax.tree.structure(b):
        raise ValueError('expected two trees of the same structure')
    #| end
    #| end
    def where(x, y):
        #| 0.35
        if x.shape != y.shape or x.shape[0] != pred.shape[0]:
            raise ValueError(f'expected arrays of {pred.shape[0]} rows, got {x.shape} and {y.shape}')
        #| end
        #? 0.4 broadcast row flags to all entries
        #| one of
        flag = pred.reshape(either(pred.shape + (1,) * (x.ndim - 1), (-1,) + (1,) * (x.ndim - 1)))
        return jnp.where(flag, x, y)
        #| or
        flag = pred
        while flag.ndim < x.ndim:
            flag = either(flag[..., None], jnp.expand_dims(flag, -1))
        return jnp.where(flag, x, y)
        #| or
        if x.ndim > 1:
            flag = pred.reshape([x.shape[0]] + [1] * (x.ndim - 1))
            return jnp.where(flag, x, y)
        return jnp.where(pred, x, y)
        #| end
    return jax.tree.map(where, a, b)
