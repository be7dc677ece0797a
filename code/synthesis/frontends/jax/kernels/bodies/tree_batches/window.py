"""Bodies of window for ``recipes/applications/tree_batches.py``."""

import jax
import jax.numpy as jnp


def window(tree, size, i):
    #| 0.4
    num_rows = jax.tree.leaves(tree)[0].shape[0]
    if size > num_rows:
        raise ValueError(f'cannot take {size} of {num_rows} rows')
    #| end
    #| one of
    return jax.tree.map(lambda x: jax.lax.dynamic_slice_in_dim(x, i, size), tree)
    #| or
    capacity = jax.tree.leaves(tree)[0].shape[0]
    #? 0.4 wrap around the ring buffer
    rows = (i + jnp.arange(size)) % capacity
    return jax.tree.map(lambda x: x[rows], tree)
    #| end
