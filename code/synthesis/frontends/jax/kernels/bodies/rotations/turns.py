"""Bodies of turns for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def turns(dt, quat_mul):
    #| one of
    def integrate_rotation(rot, ang):
        #| 0.4
        # exponential map
        #| end
        rate = jnp.sqrt(jnp.dot(ang, ang) + 1e-12)
        half = 0.5 * rate * dt
        dq = jnp.append(jnp.cos(half), jnp.sin(half) * ang / rate)
        rot = quat_mul(dq, rot)
        return rot / jnp.linalg.norm(rot)
    #| or
    def integrate_rotation(rot, ang):
        #| 0.4
        # first order in the step
        #| end
        spin = jnp.append(either(jnp.zeros(1), 0.0), ang)
        rot = rot + 0.5 * dt * quat_mul(spin, rot)
        return rot / jnp.linalg.norm(rot)
    #| end
