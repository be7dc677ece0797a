"""Bodies of sphere_box for ``recipes/applications/collisions.py``."""

import warp as wp


def sphere_box(a, shape_scale, pa, pb, rot_of, clamp_symmetric, TINY, rb):
    half = shape_scale[a]
    # the centre of the sphere in the frame of the box
    c = wp.quat_rotate_inv(rot_of[a], pb - pa)
    #| one of
    near = wp.vec3(clamp_symmetric(c[0], half[0]), clamp_symmetric(c[1], half[1]),                 clamp_symmetric(c[2], half[2]))
    #| or
    near = wp.min(wp.max(c, -half), half)
    #| end
    away = c - near
    r = wp.length(away)
    n_box = wp.vec3(0.0, 0.0, 1.0)
    if r > TINY:
        n_box = away / r
    else:
        # centre inside: exit through the nearest face
        #| one of
        gx = half[0] - wp.abs(c[0])
        gy = half[1] - wp.abs(c[1])
        gz = half[2] - wp.abs(c[2])
        if gx <= gy and gx <= gz:
            n_box = wp.vec3(wp.sign(c[0]), 0.0, 0.0)
            r = -gx
        elif gy <= gz:
            n_box = wp.vec3(0.0, wp.sign(c[1]), 0.0)
            r = -gy
        else:
            n_box = wp.vec3(0.0, 0.0, wp.sign(c[2]))
            r = -gz
        #| or
        axis = int(0)
        for k in range(1, 3):
            if half[k] - wp.abs(c[k]) < half[axis] - wp.abs(c[axis]):
                axis = k
        n_box = wp.vec3(0.0, 0.0, 0.0)
        n_box[axis] = wp.sign(c[axis])
        r = wp.abs(c[axis]) - half[axis]
        #| end
    n = wp.quat_rotate(rot_of[a], n_box)
    dist = r - rb
