"""Bodies of contact_velocities for ``recipes/applications/shape_frames.py``."""

import warp as wp


def contact_velocities(
    contact_count, tid, contact_pair, shape_body, body_com_in, body_q, contact_point0, body_qd, contact_point1,
    contact_normal, normal_v, tangent_v, slip, orthogonal, tangent_speed, bounce_threshold, restitution, target_v,
):
    if tid >= contact_count[0]:
        return
    #| one of
    pair = contact_pair[tid]
    body_a = shape_body[pair[0]]
    body_b = shape_body[pair[1]]
    #| or
    body_a = shape_body[contact_pair[tid][0]]
    body_b = shape_body[contact_pair[tid][1]]
    #| end
    #| one of
    # the world does not move
    v_a = wp.vec3(0.0, 0.0, 0.0)
    #| or
    v_a = wp.vec3(0.0, 0.0, 0.0)
    #| end
    if body_a >= 0:
        r_a = wp.transform_vector(body_q[body_a], contact_point0[tid] - body_com_in[body_a])
        v_a = wp.spatial_top(body_qd[body_a]) + wp.cross(wp.spatial_bottom(body_qd[body_a]), r_a)
    v_b = wp.vec3(0.0, 0.0, 0.0)
    if body_b >= 0:
        r_b = wp.transform_vector(body_q[body_b], contact_point1[tid] - body_com_in[body_b])
        v_b = wp.spatial_top(body_qd[body_b]) + wp.cross(wp.spatial_bottom(body_qd[body_b]), r_b)
    normal = contact_normal[tid]
    v_rel = v_b - v_a
    v_n = wp.dot(normal, v_rel)
    normal_v[tid] = v_n
    #| one of
    tangent_v[tid] = v_rel - normal * v_n
    #| or
    slip[tid] = wp.length(v_rel - normal * v_n)
    #| or
    # two directions across the normal
    #| one of
    t0 = orthogonal(normal)
    t1 = wp.cross(normal, t0)
    #| or
    t0 = orthogonal(normal)
    t1 = wp.cross(normal, t0)
    #| or
    axis = wp.vec3(1.0, 0.0, 0.0)
    if wp.abs(normal[0]) > 0.5:
        axis = wp.vec3(0.0, 1.0, 0.0)
    t0 = wp.normalize(wp.cross(normal, axis))
    t1 = wp.cross(normal, t0)
    #| end
    tangent_speed[tid] = wp.vec2(wp.dot(t0, v_rel), wp.dot(t1, v_rel))
    #| or
    # rebound speed
    if v_n < -bounce_threshold:
        target_v[tid] = -restitution * v_n
    else:
        target_v[tid] = 0.0
    #| end
