"""Bodies of distances for ``recipes/applications/collisions.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def distances(
    points, tid, gap, HUGE, num_shapes, shape_type, COLLIDE, shape_flags, has_flag, shape_group, skip_group, rot_of,
    shape_pos, shape_xform, shape_scale, SPHERE, BOX, sdf_box, CAPSULE, sdf_capsule, clamp_symmetric, margin_of,
    nearest, dist_out,
):
    x = points[tid]
    #| one of
    # the query ignores farther points
    best = float(gap)
    #| or
    best = float(gap)
    #| or
    best = float(HUGE)
    #| end
    which = int(-1)
    for s in range(either(num_shapes, shape_type.shape[0])):
        #| 0.6
        #| one of
        if (shape_flags[s] & COLLIDE) == 0:
            continue
        #| or
        if not has_flag(shape_flags[s], COLLIDE):
            continue
        #| or
        if shape_group[s] == skip_group:
            continue
        #| end
        #| end
        # the point in the frame of the shape
        #| one of
        p_s = wp.quat_rotate_inv(rot_of[s], x - shape_pos[s])
        #| or
        p_s = wp.transform_point(wp.transform_inverse(shape_xform[s]), x)
        #| end
        size = shape_scale[s]
        dist = float(HUGE)
        if shape_type[s] == SPHERE:
            dist = wp.length(p_s) - size[0]
        elif shape_type[s] == BOX:
            #| one of
            dist = sdf_box(p_s, size)
            #| or
            q = either(wp.abs(p_s) - size, wp.vec3(wp.abs(p_s[0]) - size[0], wp.abs(p_s[1]) - size[1], wp.abs(p_s[2]) - size[2]))
            outside = either(wp.length(wp.max(q, wp.vec3(0.0, 0.0, 0.0))), wp.length(wp.vec3(wp.max(q[0], 0.0), wp.max(q[1], 0.0), wp.max(q[2], 0.0))))
            dist = outside + wp.min(wp.max(q[0], wp.max(q[1], q[2])), 0.0)
            #| end
        elif shape_type[s] == CAPSULE:
            #| one of
            dist = sdf_capsule(p_s, size[0], size[1])
            #| or
            t = clamp_symmetric(p_s[2], size[1])
            dist = wp.length(p_s - wp.vec3(0.0, 0.0, t)) - size[0]
            #| end
        #| 0.3
        dist -= margin_of[s]
        #| end
        if dist < best:
            best = dist
            which = s
    #| one of
    nearest[tid] = which
    dist_out[tid] = best
    #| or
    dist_out[tid] = best
    nearest[tid] = which
    #| end
