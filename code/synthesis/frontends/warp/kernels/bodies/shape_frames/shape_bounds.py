"""Bodies of shape_bounds for ``recipes/applications/shape_frames.py``."""

import warp as wp


def shape_bounds(
    shape_body, tid, shape_transform, body_q, shape_type, shape_scale, shape_gap, shape_margin, GEO_PLANE,
    plane_extent, GEO_SPHERE, GEO_CAPSULE, axis_extent, GEO_BOX, box_extent, aabb_lower, aabb_upper,
):
    body = shape_body[tid]
    X_ws = shape_transform[tid]
    if body >= 0:
        X_ws = body_q[body] * X_ws
    kind = shape_type[tid]
    scale = shape_scale[tid]
    pos = wp.transform_get_translation(X_ws)
    #| one of
    margin = shape_gap[tid]
    #| or
    margin = shape_gap[tid] + shape_margin[tid]
    #| end
    extent = wp.vec3(0.0, 0.0, 0.0)
    if kind == GEO_PLANE:
        # unlimited
        extent = wp.vec3(plane_extent, plane_extent, plane_extent)
    elif kind == GEO_SPHERE:
        extent = wp.vec3(scale[0], scale[0], scale[0])
    #| one of
    elif kind == GEO_CAPSULE:
        extent = axis_extent(X_ws, scale[1]) + wp.vec3(scale[0], scale[0], scale[0])
    elif kind == GEO_BOX:
        extent = box_extent(X_ws, scale)
    #| or
    #: elif kind == GEO_BOX:
    #:     extent = box_extent(X_ws, scale)
    #: elif kind == GEO_CAPSULE:
    #:     extent = axis_extent(X_ws, scale[1]) + wp.vec3(scale[0], scale[0], scale[0])
    #| or
    #: elif kind == GEO_CAPSULE:
    #:     extent = axis_extent(X_ws, scale[1]) + wp.vec3(scale[0], scale[0], scale[0])
    #| 0.5
    #: elif kind == GEO_BOX:
    #:     extent = box_extent(X_ws, scale)
    #| end
    #: else:
        #| one of
    #:     radius = shape_radius[tid]
    #:     extent = wp.vec3(radius, radius, radius)
        #| or
    #:     extent = wp.vec3(shape_radius[tid])
        #| end
    #| or
    #: elif kind == GEO_CAPSULE:
    #:     axis = wp.transform_vector(X_ws, wp.vec3(0.0, 0.0, scale[1]))
    #:     for k in range(3):
    #:         extent[k] = wp.abs(axis[k]) + scale[0]
    #: elif kind == GEO_BOX:
    #:     rot = wp.quat_to_matrix(wp.transform_get_rotation(X_ws))
    #:     for i in range(3):
    #:         total = float(0.0)
    #:         for j in range(3):
    #:             total += wp.abs(rot[i, j]) * scale[j]
    #:         extent[i] = total
    #: elif kind == GEO_CYLINDER:
    #:     axis_w = wp.transform_vector(X_ws, wp.vec3(0.0, 0.0, 1.0))
    #:     for k in range(3):
    #:         # the rim reaches farthest where the axis does not point
    #:         rim = scale[0] * wp.sqrt(wp.max(1.0 - axis_w[k] * axis_w[k], 0.0))
    #:         extent[k] = wp.abs(axis_w[k]) * scale[1] + rim
    #| end
    #| one of
    pad = wp.vec3(margin, margin, margin)
    aabb_lower[tid] = pos - extent - pad
    aabb_upper[tid] = pos + extent + pad
    #| or
    aabb_lower[tid] = pos - extent - wp.vec3(margin)
    aabb_upper[tid] = pos + extent + wp.vec3(margin)
    #| or
    for k in range(3):
        extent[k] = extent[k] + margin
    aabb_lower[tid] = pos - extent
    aabb_upper[tid] = pos + extent
    #| end
