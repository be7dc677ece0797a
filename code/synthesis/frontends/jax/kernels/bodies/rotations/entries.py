"""Bodies of entries for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def entries(quat):
    #| 0.15
    if quat.ndim != 2 or quat.shape[-1] != 4:
        raise ValueError(f'expected quaternions of shape (n, 4), got {quat.shape}')
    #| end
    #| 0.6
    quat = quat / jnp.linalg.norm(quat, axis=-1, keepdims=True)
    #| end
    w, x, y, z = either(quat.T, jnp.moveaxis(quat, -1, 0))
    #| one of
    rows = [
        [1.0 - 2.0 * (y ** 2 + z ** 2), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), 1.0 - 2.0 * (x ** 2 + z ** 2), 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x ** 2 + y ** 2)],
    ]
    matrix = jnp.stack([jnp.stack(row, axis=-1) for row in rows], axis=-2)
    #| or
    xx, yy, zz = x ** 2, y ** 2, z ** 2
    entries = jnp.stack([
        1.0 - 2.0 * (yy + zz), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y),
        2.0 * (x * y + w * z), 1.0 - 2.0 * (xx + zz), 2.0 * (y * z - w * x),
        2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (xx + yy),
    ], axis=-1)
    matrix = entries.reshape(-1, 3, 3)
    #| end
