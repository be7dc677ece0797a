"""Bodies of types for ``recipes/applications/ray_casts.py``."""

import warp as wp


def types(
    SHAPE_SPHERE, s, shape_type, centers, direction, o, radii, ray_sphere, SHAPE_BOX, rotations, half_extents,
    ray_box, SHAPE_PLANE, normals, ray_plane,
):
    t = float(-1.0)
    #| one of
    if shape_type[s] == SHAPE_SPHERE:
        t = ray_sphere(o, direction, centers[s], radii[s])
    elif shape_type[s] == SHAPE_BOX:
        #? in its own frame
        o_s = wp.quat_rotate_inv(rotations[s], o - centers[s])
        t = ray_box(o_s, wp.quat_rotate_inv(rotations[s], direction), half_extents[s])
    #| one of
    elif shape_type[s] == SHAPE_PLANE:
        t = ray_plane(o, direction, centers[s], normals[s])
    #| or
    #| end
    #| or
    kind = shape_type[s]
    if kind == SHAPE_PLANE:
        t = ray_plane(o, direction, centers[s], normals[s])
    elif kind == SHAPE_SPHERE:
        t = ray_sphere(o, direction, centers[s], radii[s])
    else:
        # in the frame of the box
        o_s = wp.quat_rotate_inv(rotations[s], o - centers[s])
        d_s = wp.quat_rotate_inv(rotations[s], direction)
        t = ray_box(o_s, d_s, half_extents[s])
    #| end
