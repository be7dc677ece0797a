"""Bodies of pad for ``recipes/applications/tree_batches.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def pad(tree, length, fill):
    num_rows = jax.tree.leaves(tree)[0].shape[0]
    #| 0.5
    if length < num_rows:
        raise ValueError(f'cannot pad {num_rows} rows to {length}')
    #| end
    #| one of
    missing = length - num_rows
    def pad(x):
        #| one of
        return jnp.pad(x, [(0, missing)] + [(0, 0)] * (x.ndim - 1))
        #| or
        widths = [(0, missing)] + [(0, 0)] * (x.ndim - 1)
        return jnp.pad(x, widths, constant_values=fill)
        #| or
        filler = jnp.zeros((missing,) + x.shape[1:], x.dtype)
        return jnp.concatenate([x, filler])
        #| end
    #| or
    def pad(x):
        out = either(jnp.zeros((length,) + x.shape[1:], x.dtype), jnp.full((length, *x.shape[1:]), fill, x.dtype))
        return out.at[:num_rows].set(x)
    #| end
    #| one of
    mask = jnp.arange(length) < num_rows
    return jax.tree.map(pad, tree), mask
    #| or
    return jax.tree.map(pad, tree), jnp.arange(length) < num_rows
    #| end
