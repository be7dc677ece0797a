"""Bodies of chain for ``recipes/applications/rotations.py``."""

import jax
import jax.numpy as jnp
from jax import lax

from synthesis.drawing.kernel_files.words import either


def chain(rotate, quat_mul, NORMED, origin, LINKS, links):
    def step(parent, link):
        #| one of
        pos, rot = parent
        link_pos, link_rot = link
        #? 0.5 link poses are relative to the one before
        pos = pos + rotate(link_pos, rot)
        rot = quat_mul(rot, link_rot)
        NORMED
        return (pos, rot), (pos, rot)
        #| or
        pos = parent[0] + rotate(link[0], parent[1])
        rot = quat_mul(parent[1], link[1])
        NORMED
        return (pos, rot), (pos, rot)
        #| end
    #| one of
    #? 0.4 fixed base
    base = (jnp.zeros(3), jnp.zeros(4).at[0].set(1.0))
    #| or
    if origin is None:
        origin = jnp.zeros(3)
    base = (origin, jnp.zeros(4).at[0].set(1.0))
    #| end
    LINKS
    _, (pos, rot) = either(lax, jax.lax).scan(step, base, links)
