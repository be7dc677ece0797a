"""Bodies of shape_ray for ``recipes/applications/shape_frames.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def shape_ray(
    shape_world, tid, world, MISS, shape_body, shape_transform, body_q, ray_start, ray_dir, shape_type, GEO_PLANE,
    EPSILON, GEO_CAPSULE, ray_capsule, shape_scale, GEO_SPHERE, ray_sphere, GEO_BOX, ray_box, max_dist, HIT,
):
    #| 0.5
    # shapes of another world
    if shape_world[tid] >= 0 and shape_world[tid] != world:
        MISS
        return
    #| end
    body = shape_body[tid]
    X_ws = shape_transform[tid]
    if body >= 0:
        X_ws = body_q[body] * X_ws
    X_sw = wp.transform_inverse(X_ws)
    # the ray in the frame of the shape
    start_s = wp.transform_point(X_sw, ray_start)
    dir_s = wp.transform_vector(X_sw, ray_dir)
    kind = shape_type[tid]
    t = float(-1.0)
    if kind == GEO_PLANE:
        if either(dir_s[2] < -EPSILON, dir_s[2] < -EPSILON, wp.abs(dir_s[2]) > EPSILON):
            t = -start_s[2] / dir_s[2]
    #| one of
    #| one of
    elif kind == GEO_CAPSULE:
        t = ray_capsule(start_s, dir_s, shape_scale[tid][0], shape_scale[tid][1])
    #| or
    #| end
    #| one of
    elif kind == GEO_SPHERE:
        t = ray_sphere(start_s, dir_s, shape_scale[tid][0])
    elif kind == GEO_BOX:
        t = ray_box(start_s, dir_s, shape_scale[tid])
    #| or
    #: elif kind == GEO_BOX:
    #:     t = ray_box(start_s, dir_s, shape_scale[tid])
    #: elif kind == GEO_SPHERE:
    #:     t = ray_sphere(start_s, dir_s, shape_scale[tid][0])
    #| end
    #| or
    #: elif kind == GEO_SPHERE:
    #:     radius = shape_scale[tid][0]
    #:     a = wp.dot(dir_s, dir_s)
    #:     b = wp.dot(start_s, dir_s)
    #:     c = wp.dot(start_s, start_s) - radius * radius
    #:     disc = b * b - a * c
    #:     if disc >= 0.0 and a > 0.0:
    #:         t = (-b - wp.sqrt(disc)) / a
            #| 0.7
    #:         # from within, out at the other side
    #:         if t < 0.0:
    #:             t = (-b + wp.sqrt(disc)) / a
            #| end
    #: elif kind == GEO_BOX:
    #:     t_near = float(-MAX_RANGE)
    #:     t_far = float(MAX_RANGE)
    #:     for k in range(3):
    #:         if wp.abs(dir_s[k]) > EPSILON:
    #:             t1 = (-shape_scale[tid][k] - start_s[k]) / dir_s[k]
    #:             t2 = (shape_scale[tid][k] - start_s[k]) / dir_s[k]
    #:             t_near = wp.max(t_near, wp.min(t1, t2))
    #:             t_far = wp.min(t_far, wp.max(t1, t2))
            #| one of
    #:         elif wp.abs(start_s[k]) > shape_scale[tid][k]:
    #:             t_far = -1.0
            #| or
            #: else:
            #:     # along the slab, and outside of it
            #:     if wp.abs(start_s[k]) > shape_scale[tid][k]:
            #:         t_far = -1.0
            #| end
    #:     if t_near <= t_far and t_far >= 0.0:
    #:         t = t_near if t_near >= 0.0 else t_far
    #| end
    #| 0.7
    if t > max_dist:
        t = -1.0
    #| end
    HIT
