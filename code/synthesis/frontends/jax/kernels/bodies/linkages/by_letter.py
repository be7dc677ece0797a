"""Bodies of by_letter for ``recipes/applications/linkages.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def by_letter(angles, order, degrees, STEP, inverse):
    #| 0.5
    if angles.shape[-1] != len(order):
        raise ValueError(f'expected {len(order)} angles, got {angles.shape}')
    #| end
    #| 0.3
    if degrees:
        angles = jnp.deg2rad(angles)
    #| end
    #| one of
    matrix = jnp.eye(3, dtype=angles.dtype)
    #| or
    matrix = None
    #| end
    for place, axis in enumerate(either(order, order.lower())):
        cos, sin = jnp.cos(angles[..., place]), jnp.sin(angles[..., place])
        zero, one = jnp.zeros_like(cos), jnp.ones_like(cos)
        if axis == 'x':
            rows = [[one, zero, zero], [zero, cos, -sin], [zero, sin, cos]]
        elif axis == 'y':
            rows = [[cos, zero, sin], [zero, one, zero], [-sin, zero, cos]]
        elif axis == 'z':
            rows = [[cos, -sin, zero], [sin, cos, zero], [zero, zero, one]]
        else:
            raise ValueError(f'unknown axis {axis}')
        turn = either(jnp.stack([jnp.stack(row, axis=-1) for row in rows], axis=-2), jnp.moveaxis(jnp.array(rows), (0, 1), (-2, -1)))
        STEP
    #| one of
    if inverse:
        return jnp.swapaxes(matrix, -1, -2)
    return matrix
    #| or
    return matrix
    #| or
    return matrix.swapaxes(-1, -2) if inverse else matrix
    #| end
