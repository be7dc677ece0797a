"""Bodies of neighbours for ``recipes/applications/spaces.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def overflow(close, capacity, idx):
    #? 0.4 truncated rows lose neighbours ~ the caller reallocates if this is true
    overflow = either(jnp.max(jnp.sum(close, axis=1)) > capacity, jnp.any(jnp.sum(close, axis=1) > capacity))
    return idx, overflow


def counts(close):
    counts = jnp.sum(close, axis=1)
    #? 0.4 what a simulation reserves room for
    return counts, jnp.max(counts)


def occupied(per_side, index):
    #? 0.4 occupancy of each cell
    #| one of
    counts = jnp.zeros(per_side ** 3, dtype=jnp.int32).at[index].add(1)
    #| or
    counts = jnp.bincount(index, length=per_side ** 3)
    #| end
    return index, counts


def sorted_by_cell(index):
    #? 0.4 particles of one cell are contiguous
    order = jnp.argsort(index, stable=True)
    return order, index[order]
