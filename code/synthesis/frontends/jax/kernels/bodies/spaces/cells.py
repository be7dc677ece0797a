"""Bodies of cells for ``recipes/applications/spaces.py``."""

import jax.numpy as jnp


def cells(R, per_side, box, wrap):
    #| 0.4
    if R.shape[-1] != 3:
        raise ValueError(f'expected positions in three dimensions, got {R.shape}')
    #| end
    #| 0.4
    if per_side < 3:
        raise ValueError(f'expected at least 3 cells along each side, got {per_side}')
    #| end
    #| one of
    cell = jnp.floor(R / box * per_side).astype(jnp.int32)
    #| or
    width = box / per_side
    cell = jnp.floor(R / width).astype(jnp.int32)
    #| end
    #| one of
    if wrap:
        cell = cell % per_side
    else:
        # {clamp outliers to the outermost cells}
        cell = jnp.clip(cell, 0, per_side - 1)
    #| or
    #? 0.5 clamp points on the far wall to the last cell
    cell = jnp.clip(cell, 0, per_side - 1)
    #| end
    #| one of
    index = cell[:, 0] + per_side * (cell[:, 1] + per_side * cell[:, 2])
    #| or
    index = jnp.zeros(R.shape[0], dtype=jnp.int32)
    for axis in range(R.shape[1]):
        index = index * per_side + cell[:, axis]
    #| end
