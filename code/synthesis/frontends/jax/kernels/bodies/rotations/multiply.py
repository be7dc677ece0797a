"""Bodies of multiply for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def quat_mul(Array):
    def quat_mul(u: Array, v: Array) -> Array:
        #| 0.5
        """{Product of two quaternions ~ Rotation by v followed by u}."""
        #| end
        #| one of
        return jnp.array([
            u[0] * v[0] - u[1] * v[1] - u[2] * v[2] - u[3] * v[3],
            u[0] * v[1] + u[1] * v[0] + u[2] * v[3] - u[3] * v[2],
            u[0] * v[2] - u[1] * v[3] + u[2] * v[0] + u[3] * v[1],
            u[0] * v[3] + u[1] * v[2] - u[2] * v[1] + u[3] * v[0],
        ])
        #| or
        real = u[0] * v[0] - jnp.dot(u[1:], v[1:])
        imag = u[0] * v[1:] + v[0] * u[1:] + jnp.cross(u[1:], v[1:])
        return either(jnp.concatenate([real[None], imag]), jnp.append(real, imag))
        #| or
        w1, x1, y1, z1 = u
        w2, x2, y2, z2 = v
        w = w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2
        x = w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2
        y = w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2
        z = w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2
        return jnp.stack(either([w, x, y, z], (w, x, y, z)))
        #| end
