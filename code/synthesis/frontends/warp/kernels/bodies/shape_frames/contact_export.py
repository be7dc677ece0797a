"""Bodies of contact_export for ``recipes/applications/shape_frames.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def contact_export(
    contact_count, tid, contact_max, contact_pair, shape_body, body_q, contact_point0, contact_point1, contact_normal,
    contact_margin, shape_gap, ncon, slot_max, dist_out, margin_out, contact_pos, orthogonal, frame_out, pair_out,
    shape_geom, friction_out, shape_mu, dim_out, shape_dim, shape_solref, solref_out,
):
    #| one of
    if tid >= contact_count[0]:
        return
    #| or
    if tid >= wp.min(contact_count[0], contact_max):
        return
    #| end
    #| one of
    pair = contact_pair[tid]
    shape_a = pair[0]
    shape_b = pair[1]
    #| or
    shape_a = contact_pair[tid][0]
    shape_b = contact_pair[tid][1]
    #| end
    #| one of
    body_a = shape_body[shape_a]
    body_b = shape_body[shape_b]
    X_a = body_q[body_a] if body_a >= 0 else wp.transform_identity()
    X_b = body_q[body_b] if body_b >= 0 else wp.transform_identity()
    p_a = wp.transform_point(X_a, contact_point0[tid])
    p_b = wp.transform_point(X_b, contact_point1[tid])
    #| or
    p_a = contact_point0[tid]
    p_b = contact_point1[tid]
    if shape_body[shape_a] >= 0:
        p_a = wp.transform_point(body_q[shape_body[shape_a]], p_a)
    if shape_body[shape_b] >= 0:
        p_b = wp.transform_point(body_q[shape_body[shape_b]], p_b)
    #| end
    n = either(contact_normal[tid], contact_normal[tid], wp.normalize(contact_normal[tid]))
    #| one of
    dist = wp.dot(n, p_b - p_a)
    #| or
    dist = wp.dot(n, p_b - p_a) - contact_margin[tid]
    #| end
    #? distant pairs get no constraint
    include_margin = either(wp.max(shape_gap[shape_a], shape_gap[shape_b]), shape_gap[shape_a] + shape_gap[shape_b])
    if dist > include_margin:
        return
    #| one of
    conid = wp.atomic_add(ncon, 0, 1)
    if conid >= slot_max:
        return
    #| or
    conid = wp.atomic_add(ncon, 0, 1)
    if conid >= dist_out.shape[0]:
        return
    #| end
    dist_out[conid] = dist
    #| 0.6
    margin_out[conid] = include_margin
    #| end
    contact_pos[conid] = 0.5 * (p_a + p_b)
    #? the normal is the first row
    #| one of
    t0 = orthogonal(n)
    #| or
    t0 = orthogonal(n)
    #| or
    axis = wp.vec3(1.0, 0.0, 0.0)
    if wp.abs(n[0]) > 0.7:
        axis = wp.vec3(0.0, 1.0, 0.0)
    t0 = wp.normalize(wp.cross(n, axis))
    #| end
    frame_out[conid] = wp.matrix_from_rows(n, t0, wp.cross(n, t0))
    #| one of
    pair_out[conid] = wp.vec2i(shape_geom[shape_a], shape_geom[shape_b])
    #| or
    geom_a = shape_geom[shape_a]
    geom_b = shape_geom[shape_b]
    pair_out[conid] = wp.vec2i(geom_a, geom_b)
    #| end
    friction_out[conid] = either(wp.max(shape_mu[shape_a], shape_mu[shape_b]), wp.sqrt(shape_mu[shape_a] * shape_mu[shape_b]))
    #| 0.6
    dim_out[conid] = either(3, wp.max(shape_dim[shape_a], shape_dim[shape_b]), wp.max(shape_dim[shape_a], shape_dim[shape_b]))
    #| end
    #| 0.5
    solref_out[conid] = either(shape_solref[shape_a], 0.5 * (shape_solref[shape_a] + shape_solref[shape_b]))
    #| end
