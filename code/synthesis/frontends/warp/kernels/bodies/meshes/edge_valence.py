"""Bodies of edge_valence for ``recipes/applications/meshes.py``."""

import warp as wp


def count_valence(ENDS, a, degree, b, x, length_sum, total_length, opposite, tid, border, num_border, longest):
    ENDS
    wp.atomic_add(degree, a, 1)
    wp.atomic_add(degree, b, 1)
    #| one of
    r = wp.length(x[b] - x[a])
    wp.atomic_add(length_sum, a, r)
    wp.atomic_add(length_sum, b, r)
    #| one of
    wp.atomic_add(total_length, 0, r)
    #| or
    #| end
    #| or
    #? an edge with one face is on the border
    if opposite[tid, 1] < 0:
        border[a] = 1
        border[b] = 1
        #| one of
        wp.atomic_add(num_border, 0, 1)
        #| or
        #| end
    #| or
    r = wp.length(x[b] - x[a])
    wp.atomic_max(longest, a, r)
    wp.atomic_max(longest, b, r)
    #| end


def classify_edges(
    first_face, tid, second_face, BORDER, edge_kind, num_border, face_normal, crease_cos, CREASE, SMOOTH, face_group,
    SEAM,
):
    f0 = first_face[tid]
    f1 = second_face[tid]
    if f1 < 0:
        edge_kind[tid] = BORDER
        #| one of
        wp.atomic_add(num_border, 0, 1)
        #| or
        #| end
        return
    #| one of
    #? dihedral angle
    cosine = wp.dot(face_normal[f0], face_normal[f1])
    if cosine < crease_cos:
        edge_kind[tid] = CREASE
    else:
        edge_kind[tid] = SMOOTH
    #| or
    if face_group[f0] != face_group[f1]:
        edge_kind[tid] = SEAM
    elif wp.dot(face_normal[f0], face_normal[f1]) < crease_cos:
        edge_kind[tid] = CREASE
    else:
        edge_kind[tid] = SMOOTH
    #| end


def mark_edges_to_split(
    ENDS, a, b, x, target_length, size_field, KEEP, edge_kind, tid, SPLIT, num_split, fixed, COLLAPSE, num_collapse,
    max_ratio, min_ratio,
):
    ENDS
    r = wp.length(x[b] - x[a])
    #| one of
    goal = target_length
    #| or
    # the finer of both ends
    goal = wp.min(size_field[a], size_field[b])
    #| end
    #| one of
    edge_kind[tid] = KEEP
    if r > 4.0 / 3.0 * goal:
        edge_kind[tid] = SPLIT
        wp.atomic_add(num_split, 0, 1)
    elif r < 4.0 / 5.0 * goal and fixed[a] == 0 and fixed[b] == 0:
        edge_kind[tid] = COLLAPSE
        #| one of
        wp.atomic_add(num_collapse, 0, 1)
        #| or
        #| end
    #| or
    if fixed[a] == 1 and fixed[b] == 1:
        edge_kind[tid] = KEEP
    elif r > max_ratio * goal:
        edge_kind[tid] = SPLIT
        wp.atomic_add(num_split, 0, 1)
    elif r < min_ratio * goal:
        edge_kind[tid] = COLLAPSE
    else:
        edge_kind[tid] = KEEP
    #| end
