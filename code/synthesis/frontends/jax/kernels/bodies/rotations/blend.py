"""Bodies of blend for ``recipes/applications/rotations.py``."""

import jax
import jax.numpy as jnp


def blend(a, b, frac):
    #| one of
    pos = (1.0 - frac[:, None]) * a.pos + frac[:, None] * b.pos
    #| or
    pos = a.pos + frac[:, None] * (b.pos - a.pos)
    #| end
    #| one of
    q0 = a.rot / jnp.linalg.norm(a.rot, axis=-1, keepdims=True)
    q1 = b.rot / jnp.linalg.norm(b.rot, axis=-1, keepdims=True)
    cos = jnp.sum(q0 * q1, axis=-1, keepdims=True)
    #| one of
    #? 0.4 take the shorter way
    q1 = jnp.where(cos < 0, -q1, q1)
    cos = jnp.abs(cos)
    #| or
    #? 0.4 the shorter arc: q and -q are the same rotation
    sign = jnp.where(cos < 0, -1.0, 1.0)
    q1, cos = sign * q1, sign * cos
    #| end
    weight = frac[:, None]
    #| one of
    #? 0.4 spherical interpolation
    theta = jnp.arccos(jnp.clip(cos, 0.0, 1.0 - 1e-6))
    rot = (jnp.sin((1.0 - weight) * theta) * q0 + jnp.sin(weight * theta) * q1) / jnp.sin(theta)
    #| or
    rot = (1.0 - weight) * q0 + weight * q1
    rot = rot / jnp.linalg.norm(rot, axis=-1, keepdims=True)
    #| end
    #| or
    def slerp(q0, q1, t):
        q0, q1 = q0 / jnp.linalg.norm(q0), q1 / jnp.linalg.norm(q1)
        cos = jnp.dot(q0, q1)
        #? 0.5 the shorter arc
        q1 = jnp.where(cos < 0, -q1, q1)
        theta = jnp.arccos(jnp.clip(jnp.abs(cos), 0.0, 1.0 - 1e-6))
        w0, w1 = jnp.sin((1.0 - t) * theta), jnp.sin(t * theta)
        return (w0 * q0 + w1 * q1) / jnp.sin(theta)
    rot = jax.vmap(slerp)(a.rot, b.rot, frac)
    #| end
