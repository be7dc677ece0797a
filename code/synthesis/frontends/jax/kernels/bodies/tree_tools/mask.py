"""Bodies of mask for ``recipes/applications/tree_tools.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def mask(valid_rows, fill, tree):
    #? 0.4 zero the padding
    def mask_rows(x):
        #| 0.35
        if x.shape[0] != valid_rows.shape[0]:
            raise ValueError(f'expected {valid_rows.shape[0]} rows, got {x.shape}')
        #| end
        #| one of
        flag = valid_rows.reshape(either((-1,) + (1,) * (x.ndim - 1), valid_rows.shape + (1,) * (x.ndim - 1)))
        return jnp.where(flag, x, jnp.array(fill, x.dtype))
        #| or
        flag = valid_rows
        while flag.ndim < x.ndim:
            flag = flag[..., None]
        return jnp.where(flag, x, fill)
        #| or
        flag = jnp.expand_dims(valid_rows, axis=tuple(range(1, x.ndim)))
        return jnp.where(flag, x, fill)
        #| end
    return jax.tree.map(mask_rows, tree)
