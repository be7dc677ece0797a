"""Bodies of fill for ``recipes/applications/neighbor_lists.py``."""

import math

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def fill(per_side, R, side, capacity):
    #| 0.35
    if per_side < 3:
        raise ValueError(f'expected at least 3 cells along each side, got {per_side}')
    #| end
    n, d = R.shape
    #| one of
    num_cells = per_side ** d
    #| or
    cells = (per_side,) * d
    num_cells = math.prod(cells)
    #| end
    #| one of
    cell = jnp.floor(R / side * per_side).astype(jnp.int32)
    #| or
    cell = (R * (per_side / side)).astype(jnp.int32)
    #| end
    cell = jnp.clip(cell, 0, per_side - 1)
    #| one of
    index = jnp.zeros(n, jnp.int32)
    for axis in range(d):
        index = index * per_side + cell[:, axis]
    #| or
    #? 0.4 rows of the grid, one axis after the other
    strides = per_side ** jnp.arange(d - 1, -1, -1)
    index = cell @ strides
    #| or
    index = cell[:, 0]
    for axis in range(1, d):
        index = index * per_side + cell[:, axis]
    #| end
    #? 0.4 particles of one cell are contiguous
    order = jnp.argsort(index, stable=True)
    index = index[order]
    counts = either(jnp.bincount(index, length=num_cells), jnp.zeros(num_cells, jnp.int32).at[index].add(1))
    first = jnp.cumsum(counts) - counts
    slot = jnp.arange(n) - first[index]
    #? 0.4 overflow is written past the end and dropped
    place = jnp.where(slot < capacity, index * capacity + slot, num_cells * capacity)
    def scatter(x, fill):
        #| one of
        buffer = jnp.full((num_cells * capacity, *x.shape[1:]), fill, x.dtype)
        buffer = buffer.at[place].set(x[order], mode='drop')
        #| or
        buffer = jnp.full((num_cells * capacity + 1,) + x.shape[1:], fill, x.dtype)
        buffer = buffer.at[place].set(x[order])[:-1]
        #| end
        #| one of
        return buffer.reshape((per_side,) * d + (capacity,) + x.shape[1:])
        #| or
        return buffer.reshape(num_cells, capacity, *x.shape[1:])
        #| end
