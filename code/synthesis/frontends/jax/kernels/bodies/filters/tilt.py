"""Bodies of tilt for ``recipes/applications/filters.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def tilt(quat, measured):
    qw, qx, qy, qz = either(jnp.moveaxis(quat, -1, 0), quat.T)
    #? 0.4 direction of gravity in the body frame
    expected = jnp.stack(
        [2.0 * (qx * qz - qw * qy), 2.0 * (qw * qx + qy * qz), 1.0 - 2.0 * (qx ** 2 + qy ** 2)], axis=-1)
    error = jnp.cross(measured, expected)
