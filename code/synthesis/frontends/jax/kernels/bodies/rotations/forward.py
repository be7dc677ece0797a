"""Bodies of forward for ``recipes/applications/rotations.py``."""

import jax


def forward(a, b, rotate, quat_mul):
    #| one of
    pos = a.pos + jax.vmap(rotate)(b.pos, a.rot)
    rot = jax.vmap(quat_mul)(a.rot, b.rot)
    #| or
    def apply(parent_pos, parent_rot, pos, rot):
        #? 0.4 child pose in the parent frame ~ rotate, then move
        pos = parent_pos + rotate(pos, parent_rot)
        return pos, quat_mul(parent_rot, rot)
    pos, rot = jax.vmap(apply)(a.pos, a.rot, b.pos, b.rot)
    #| end
