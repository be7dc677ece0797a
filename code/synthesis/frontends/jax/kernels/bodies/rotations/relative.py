"""Bodies of relative for ``recipes/applications/rotations.py``."""

import jax


def relative(a, quat_inv, b, rotate, quat_mul):
    #| one of
    #? 0.4 from the world into the frame ~ undo the translation first
    inv = jax.vmap(quat_inv)(a.rot)
    pos = jax.vmap(rotate)(b.pos - a.pos, inv)
    rot = jax.vmap(quat_mul)(inv, b.rot)
    #| or
    def relative(parent_pos, parent_rot, pos, rot):
        inv = quat_inv(parent_rot)
        return rotate(pos - parent_pos, inv), quat_mul(inv, rot)
    pos, rot = jax.vmap(relative)(a.pos, a.rot, b.pos, b.rot)
    #| end
