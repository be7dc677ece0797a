"""Bodies of contacts for ``recipes/applications/contacts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def push(dist, normal, pos):
    #? 0.5 no force without touch ~ negative distance means overlap
    depth = either(jnp.maximum(-dist, 0.0), jax.nn.relu(-dist))
    #| one of
    push = depth[..., None] * normal
    return push, pos
    #| or
    return depth[..., None] * normal, pos
    #| end


def active(dist, pos, normal, margin):
    #? 0.4 what is near is kept too, since it may touch in the next step
    #| one of
    return dist, pos, normal, dist < margin
    #| or
    active = dist < margin
    return dist, pos, normal, active
    #| end


def force(dist, stiffness, hertz, normal, pos):
    #? 0.4 spring force on overlaps
    depth = jnp.maximum(-dist, 0.0)
    #| one of
    force = stiffness * depth
    #| or
    if hertz:
        #? 0.5 round surfaces become stiffer the deeper they go
        force = stiffness * depth ** 1.5
    else:
        force = stiffness * depth
    #| end
    return force[..., None] * normal, pos
