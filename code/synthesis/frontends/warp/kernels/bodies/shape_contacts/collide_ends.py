"""Bodies of collide_ends for ``recipes/applications/shape_contacts.py``."""

import warp as wp


def collide_ends(dist, pair_dist, tid, gap, normal, pair_normal, pair_point, point, TOUCHING, pair_state, SEPARATE):
    pair_dist[tid] = dist
    #| one of
    if dist < gap:
        pair_normal[tid] = normal
        pair_point[tid] = point
        pair_state[tid] = TOUCHING
    else:
        pair_state[tid] = SEPARATE
    #| or
    if dist >= gap:
        pair_state[tid] = SEPARATE
        return
    pair_state[tid] = TOUCHING
    pair_normal[tid] = normal
    pair_point[tid] = point
    #| end


def collide_ends_2(
    dist, pair_dist, tid, normal, pair_normal, pair_point, point, gap, num_touching, shape_a, shape_body, body_q,
    shape_b, pair_point0, pair_point1,
):
    pair_dist[tid] = dist
    pair_normal[tid] = normal
    #| one of
    pair_point[tid] = point
    #| 0.5
    if dist < gap:
        wp.atomic_add(num_touching, 0, 1)
    #| end
    #| or
    # points on the surface of either shape, in the frames of their bodies
    point_a = point - normal * (0.5 * dist)
    point_b = point + normal * (0.5 * dist)
    if shape_body[shape_a] >= 0:
        point_a = wp.transform_point(wp.transform_inverse(body_q[shape_body[shape_a]]), point_a)
    if shape_body[shape_b] >= 0:
        point_b = wp.transform_point(wp.transform_inverse(body_q[shape_body[shape_b]]), point_b)
    pair_point0[tid] = point_a
    pair_point1[tid] = point_b
    #| end


def collide_ends_3(
    dist, gap, max_depth, contact_count, contact_max, contact_pair, shape_a, shape_b, contact_dist, contact_normal,
    normal, contact_point, point,
):
    if dist >= gap:
        return
    #| one of
    # the deepest of all pairs
    wp.atomic_max(max_depth, 0, -dist)
    #| or
    #| end
    slot = wp.atomic_add(contact_count, 0, 1)
    if slot >= contact_max:
        return
    contact_pair[slot] = wp.vec2i(shape_a, shape_b)
    contact_dist[slot] = dist
    contact_normal[slot] = normal
    contact_point[slot] = point


def collide_ends_4(dist, gap, shape_a, shape_body, shape_b, normal, shape_ke, body_com, body_q, point, body_f):
    # no contact within the gap
    if dist >= gap:
        return
    body_a = shape_body[shape_a]
    body_b = shape_body[shape_b]
    #| one of
    force = normal * (shape_ke[shape_a] * (gap - dist))
    #| or
    ke = 0.5 * (shape_ke[shape_a] + shape_ke[shape_b])
    force = normal * (ke * (gap - dist))
    #| end
    if body_a >= 0:
        r_a = point - wp.transform_point(body_q[body_a], body_com[body_a])
        wp.atomic_sub(body_f, body_a, wp.spatial_vector(force, wp.cross(r_a, force)))
    if body_b >= 0:
        r_b = point - wp.transform_point(body_q[body_b], body_com[body_b])
        wp.atomic_add(body_f, body_b, wp.spatial_vector(force, wp.cross(r_b, force)))
