"""Bodies of merge for ``recipes/applications/shaping.py``."""

import math

import jax


def merge(num_axes, batch, THEN):
    def merge(x):
        #| 0.6
        if x.ndim < num_axes:
            raise ValueError(f'cannot merge {num_axes} axes of shape {x.shape}')
        #| end
        #| one of
        return x.reshape(-1, *x.shape[num_axes:])
        #| or
        size = math.prod(x.shape[:num_axes])
        return x.reshape((size,) + x.shape[num_axes:])
        #| end
    flat = jax.tree.map(merge, batch)
    THEN
