"""Bodies of split for ``recipes/applications/shaping.py``."""

import jax.numpy as jnp


def split(axis, x, num_parts, canonical_axis, front, strided):
    #| 0.5
    rows = x.shape[axis]
    if rows % num_parts != 0:
        raise ValueError(f'cannot divide {rows} rows into {num_parts} parts')
    #| end
    axis = canonical_axis(axis, x.ndim)
    #| one of
    shape = list(x.shape)
    shape[axis:axis + 1] = [num_parts, shape[axis] // num_parts]
    #| or
    before, after = x.shape[:axis], x.shape[axis + 1:]
    shape = (*before, num_parts, x.shape[axis] // num_parts, *after)
    #| end
    #| one of
    return x.reshape(shape)
    #| or
    parts = x.reshape(shape)
    #| 0.5
    if not front:
        return parts
    #| end
    #? 0.5 parts come first, for devices and scans
    return jnp.moveaxis(parts, axis, 0)
    #| or
    parts = x.reshape(shape)
    if strided:
        #? 0.5 interleave neighbours
        strided_shape = (*x.shape[:axis], x.shape[axis] // num_parts, num_parts, *x.shape[axis + 1:])
        parts = jnp.swapaxes(x.reshape(strided_shape), axis, axis + 1)
    return parts
    #| end
