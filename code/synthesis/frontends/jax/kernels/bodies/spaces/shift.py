"""Bodies of shift for ``recipes/applications/spaces.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def shift(R, dR, V, dt, boundary, box):
    #| 0.4
    if R.shape != dR.shape:
        raise ValueError(f'expected displacements of shape {R.shape}, got {dR.shape}')
    #| end
    #| one of
    moved = R + dR
    #| or
    moved = R + either(dt * V, V * dt)
    #| end
    #| one of
    if boundary == 'periodic':
        #? 0.5 periodic space
        moved = either(jnp.mod(moved, box), moved - box * jnp.floor(moved / box))
    elif boundary == 'reflect':
        #? 0.4 unfold reflections into mirrored boxes
        moved = jnp.mod(moved, 2.0 * box)
        moved = either(jnp.where(moved > box, 2.0 * box - moved, moved), box - jnp.abs(box - moved))
    elif boundary != 'free':
        raise ValueError(f'unknown boundary {boundary}')
    return moved
    #| or
    if boundary == 'free':
        return moved
    if boundary == 'periodic':
        return jnp.mod(moved, box)
    if boundary == 'reflect':
        folded = jnp.mod(moved, 2.0 * box)
        return jnp.where(folded > box, 2.0 * box - folded, folded)
    raise ValueError(f'expected free, periodic or reflect, got {boundary}')
    #| end
