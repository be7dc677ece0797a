"""Bodies of contact_wrenches for ``recipes/applications/shape_frames.py``."""

import warp as wp


def contact_wrenches(
    contact_count, tid, contact_max, normal_force, contact_normal, friction_force, contact_force, contact_shape0,
    contact_shape1, shape_body, body_com_in, body_q, contact_point0, body_f, contact_point1,
):
    #| one of
    if tid >= contact_count[0]:
        return
    #| or
    if tid >= wp.min(contact_count[0], contact_max):
        return
    #| end
    #| one of
    fn = normal_force[tid]
    # contacts without a force
    if fn <= 0.0:
        return
    #| one of
    f = contact_normal[tid] * fn
    #| or
    f = contact_normal[tid] * fn + friction_force[tid]
    #| or
    f = contact_normal[tid] * fn + friction_force[tid]
    #| end
    #| or
    f = contact_force[tid]
    #| end
    shape_a = contact_shape0[tid]
    shape_b = contact_shape1[tid]
    #| one of
    body_a = int(-1)
    body_b = int(-1)
    if shape_a >= 0:
        body_a = shape_body[shape_a]
    if shape_b >= 0:
        body_b = shape_body[shape_b]
    #| or
    body_a = shape_body[shape_a] if shape_a >= 0 else -1
    body_b = shape_body[shape_b] if shape_b >= 0 else -1
    #| end
    #| one of
    # equal and opposite force
    if body_a >= 0:
        r_a = wp.transform_vector(body_q[body_a], contact_point0[tid] - body_com_in[body_a])
        wp.atomic_sub(body_f, body_a, wp.spatial_vector(f, wp.cross(r_a, f)))
    if body_b >= 0:
        r_b = wp.transform_vector(body_q[body_b], contact_point1[tid] - body_com_in[body_b])
        wp.atomic_add(body_f, body_b, wp.spatial_vector(f, wp.cross(r_b, f)))
    #| or
    # the world takes no force
    if body_a >= 0:
        p_a = wp.transform_point(body_q[body_a], contact_point0[tid])
        r_a = p_a - wp.transform_point(body_q[body_a], body_com_in[body_a])
        wp.atomic_sub(body_f, body_a, wp.spatial_vector(f, wp.cross(r_a, f)))
    if body_b >= 0:
        p_b = wp.transform_point(body_q[body_b], contact_point1[tid])
        r_b = p_b - wp.transform_point(body_q[body_b], body_com_in[body_b])
        wp.atomic_add(body_f, body_b, wp.spatial_vector(f, wp.cross(r_b, f)))
    #| end
