"""Bodies of rates for ``recipes/applications/rotations.py``."""

import jax
import jax.numpy as jnp


def rates(quat_inv, quat_mul, dt, a, b, local, rotate):
    #? 0.4 from the first rotation to the second in one step
    def rate(before, after):
        dq = quat_mul(after, quat_inv(before))
        #? 0.5 shorter arc
        dq = jnp.where(dq[0] < 0, -dq, dq)
        #| one of
        return 2.0 * dq[1:] / dt
        #| or
        sine = jnp.sqrt(jnp.sum(dq[1:] ** 2) + 1e-12)
        angle = 2.0 * jnp.arctan2(sine, dq[0])
        return angle / (dt * sine) * dq[1:]
        #| end
    #| 0.5
    a = a / jnp.linalg.norm(a, axis=-1, keepdims=True)
    b = b / jnp.linalg.norm(b, axis=-1, keepdims=True)
    #| end
    #| one of
    ang = jax.vmap(rate)(a, b)
    #| 0.4
    if local:
        #? 0.4 in the frame of the body
        ang = jax.vmap(rotate)(ang, jax.vmap(quat_inv)(a))
    #| end
    return ang
    #| or
    return jax.vmap(rate)(a, b)
    #| end
