"""Bodies of euler for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def euler(degrees, euler, inverse):
    #| 0.4
    if degrees:
        euler = jnp.deg2rad(euler)
    #| end
    #| one of
    roll, pitch, yaw = euler.T
    cr, sr = jnp.cos(roll), jnp.sin(roll)
    cp, sp = jnp.cos(pitch), jnp.sin(pitch)
    cy, sy = jnp.cos(yaw), jnp.sin(yaw)
    #| or
    (cr, cp, cy), (sr, sp, sy) = jnp.cos(euler).T, jnp.sin(euler).T
    #| end
    #? 0.4 yaw after pitch after roll
    #| one of
    rows = [
        [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
        [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
        [-sp, cp * sr, cp * cr],
    ]
    matrix = either(jnp.array(rows).transpose(2, 0, 1), jnp.stack([jnp.stack(r, axis=-1) for r in rows], axis=-2))
    #| or
    entries = [
        cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr,
        sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr,
        -sp, cp * sr, cp * cr,
    ]
    matrix = jnp.stack(entries, axis=-1).reshape(-1, 3, 3)
    #| end
    #| 0.3
    if inverse:
        return jnp.swapaxes(matrix, -1, -2)
    #| end
    return matrix
