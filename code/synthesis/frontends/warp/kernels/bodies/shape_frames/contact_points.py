"""Bodies of contact_points for ``recipes/applications/shape_frames.py``."""

import warp as wp


def contact_points(
    contact_count, contact_max, tid, contact_shape0, contact_shape1, shape_body, body_q, contact_point0,
    contact_point1, contact_normal, contact_margin, contact_dist, contact_pos,
):
    #| one of
    # threads beyond the last contact
    count = wp.min(contact_count[0], contact_max)
    if tid >= count:
        return
    #| or
    if tid >= contact_count[0]:
        return
    #| end
    #| one of
    shape0 = contact_shape0[tid]
    shape1 = contact_shape1[tid]
    body0 = int(-1)
    body1 = int(-1)
    if shape0 >= 0:
        body0 = shape_body[shape0]
    if shape1 >= 0:
        body1 = shape_body[shape1]
    #| or
    shape0 = contact_shape0[tid]
    shape1 = contact_shape1[tid]
    # -1 is the ground
    body0 = shape_body[shape0] if shape0 >= 0 else -1
    body1 = shape_body[shape1] if shape1 >= 0 else -1
    #| end
    #| one of
    X0 = wp.transform_identity()
    X1 = wp.transform_identity()
    if body0 >= 0:
        X0 = body_q[body0]
    if body1 >= 0:
        X1 = body_q[body1]
    p0 = wp.transform_point(X0, contact_point0[tid])
    p1 = wp.transform_point(X1, contact_point1[tid])
    #| or
    p0 = contact_point0[tid]
    if body0 >= 0:
        p0 = wp.transform_point(body_q[body0], p0)
    p1 = contact_point1[tid]
    if body1 >= 0:
        p1 = wp.transform_point(body_q[body1], p1)
    #| end
    normal = contact_normal[tid]
    #| one of
    dist = wp.dot(normal, p1 - p0)
    #| or
    dist = wp.dot(normal, p1 - p0) - contact_margin[tid]
    #| end
    contact_dist[tid] = dist
    contact_pos[tid] = 0.5 * (p0 + p1)
