"""Bodies of boxes for ``recipes/applications/ray_casts.py``."""

import warp as wp


def boxes(centers, o, rotations, s, direction, half_extents, ray_box):
    #? in the frame of the box
    o_s = wp.quat_rotate_inv(rotations[s], o - centers[s])
    t = ray_box(o_s, wp.quat_rotate_inv(rotations[s], direction), half_extents[s])
