"""Bodies of edge_flags_parts for ``recipes/applications/topology.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def edge_flags_parts(
    particle_q, v0, v1, EDGE_KEEP, edge_op, tid, max_length, EDGE_SPLIT, num_splits, min_length, border_flag,
    is_border_edge, tris, EDGE_COLLAPSE, num_collapses, edge_locked,
):
    length = wp.length(particle_q[v1] - particle_q[v0])
    #| one of
    edge_op[tid] = EDGE_KEEP
    if length > max_length:
        edge_op[tid] = EDGE_SPLIT
        #| one of
        wp.atomic_add(num_splits, 0, 1)
        #| or
        #| end
    elif length < min_length:
        #? boundary and pinned vertices stay fixed
        #| one of
        if not is_border_edge(tris) and border_flag[v0] == 0 and border_flag[v1] == 0:
            edge_op[tid] = EDGE_COLLAPSE
        #| or
        if border_flag[v0] == 0 or border_flag[v1] == 0:
            edge_op[tid] = EDGE_COLLAPSE
            wp.atomic_add(num_collapses, 0, 1)
        #| end
    #| or
    if length > max_length:
        #| one of
        if edge_locked[tid] == 0:
            edge_op[tid] = EDGE_SPLIT
        else:
            edge_op[tid] = EDGE_KEEP
        #| or
        edge_op[tid] = EDGE_SPLIT
        wp.atomic_add(num_splits, 0, 1)
        #| end
    elif length < min_length and not is_border_edge(tris):
        edge_op[tid] = EDGE_COLLAPSE
    else:
        edge_op[tid] = EDGE_KEEP
    #| end


def edge_flags_parts_2(
    tris, face_group, crease_cos, face_normal, edge_locked, is_border_edge, tid, edge_sharp, sharp_degree, v0, v1,
    edge_fill, edges_out, edge_key, num_sharp_edges,
):
    #| one of
    sharp = bool(False)
    if tris[0] < 0 or tris[1] < 0:
        #? the boundary
        sharp = True
    elif face_group[tris[0]] != face_group[tris[1]]:
        sharp = True
    else:
        sharp = wp.dot(face_normal[tris[0]], face_normal[tris[1]]) < crease_cos
    #| or
    sharp = either(is_border_edge(tris), is_border_edge(tris) or edge_locked[tid] == 1)
    if not sharp:
        #| one of
        cos_angle = wp.dot(face_normal[tris[0]], face_normal[tris[1]])
        sharp = cos_angle < crease_cos or face_group[tris[0]] != face_group[tris[1]]
        #| or
        sharp = wp.dot(face_normal[tris[0]], face_normal[tris[1]]) < crease_cos
        #| end
    #| end
    #| one of
    edge_sharp[tid] = 1 if sharp else 0
    #| one of
    if sharp:
        wp.atomic_add(sharp_degree, v0, 1)
        wp.atomic_add(sharp_degree, v1, 1)
    #| or
    #| end
    #| or
    if sharp:
        slot = wp.atomic_add(edge_fill, 0, 1)
        if slot < edges_out.shape[0]:
            edges_out[slot] = either(wp.vec2i(v0, v1), edge_key(v0, v1))
    #| or
    if sharp:
        edge_sharp[tid] = 1
        #| one of
        wp.atomic_add(num_sharp_edges, 0, 1)
        #| or
        #| end
    else:
        edge_sharp[tid] = 0
    #| end


def edge_flags_parts_3(is_border_edge, tris, tid, winding_bad, edge_direction, tri_indices, v0, v1, num_bad):
    #| one of
    if is_border_edge(tris):
        #| one of
        winding_bad[tid] = 0
        #| or
        #| end
        return
    #| or
    if tris[0] < 0 or tris[1] < 0:
        return
    #| end
    #? both traverse it in the same direction: one is flipped
    side_a = edge_direction(tri_indices[tris[0]], v0, v1)
    side_b = edge_direction(tri_indices[tris[1]], v0, v1)
    #| one of
    if side_a != 0 and side_a == side_b:
        winding_bad[tid] = 1
        wp.atomic_add(num_bad, 0, 1)
    else:
        winding_bad[tid] = 0
    #| or
    winding_bad[tid] = 1 if side_a == side_b and side_a != 0 else 0
    #| or
    if side_a == 0 or side_b == 0:
        # it is not an edge of its listed triangle
        winding_bad[tid] = -1
    elif side_a == side_b:
        winding_bad[tid] = 1
    else:
        winding_bad[tid] = 0
    #| end


def edge_flags_parts_4(
    EDGE_KEEP, edge_op, tid, edge_locked, is_border_edge, tris, opposite_corner, tri_indices, v0, v1, cotangent,
    particle_q, EDGE_FLIP, num_changes, edge_weight, crease_cos, face_normal,
):
    edge_op[tid] = EDGE_KEEP
    if either(is_border_edge(tris), tris[0] < 0 or tris[1] < 0, is_border_edge(tris) or edge_locked[tid] == 1):
        return
    a = opposite_corner(tri_indices[tris[0]], v0, v1)
    b = opposite_corner(tri_indices[tris[1]], v0, v1)
    #| one of
    if a == b:
        return
    #| or
    #| end
    #| one of
    cot_sum = cotangent(particle_q[v0] - particle_q[a], particle_q[v1] - particle_q[a])
    cot_sum += cotangent(particle_q[v0] - particle_q[b], particle_q[v1] - particle_q[b])
    #| one of
    if cot_sum < 0.0:
        #? the opposite angles sum to more than 180 degrees
        edge_op[tid] = EDGE_FLIP
        #| one of
        wp.atomic_add(num_changes, 0, 1)
        #| or
        #| end
    #| or
    edge_weight[tid] = 0.5 * cot_sum
    if cot_sum < 0.0:
        edge_op[tid] = EDGE_FLIP
    #| end
    #| or
    new_length = wp.length(particle_q[b] - particle_q[a])
    if new_length < wp.length(particle_q[v1] - particle_q[v0]):
        #| one of
        if wp.dot(face_normal[tris[0]], face_normal[tris[1]]) > crease_cos:
            edge_op[tid] = EDGE_FLIP
        #| or
        edge_op[tid] = EDGE_FLIP
        #| end
    #| end
