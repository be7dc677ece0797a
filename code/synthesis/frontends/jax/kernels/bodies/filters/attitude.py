"""Bodies of attitude for ``recipes/applications/filters.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def attitude(multiply, dt, quat, bias, rates, safe_norm, zs, ORDER):
    def rotate(orientation, w):
        #? 0.4 quaternion kinematics
        zero = either(jnp.zeros_like(w[:, :1]), jnp.zeros((w.shape[0], 1), w.dtype))
        rate = multiply(orientation, jnp.concatenate([zero, w], axis=-1))
        rotated = orientation + 0.5 * dt * rate
        return rotated / jnp.linalg.norm(rotated, axis=-1, keepdims=True)
    #| 0.6
    quat = quat / jnp.linalg.norm(quat, axis=-1, keepdims=True)
    #| end
    omega = rates - bias
    measured = zs / either((jnp.linalg.norm(zs, axis=-1, keepdims=True) + 1e-6), safe_norm(zs))
    ORDER
