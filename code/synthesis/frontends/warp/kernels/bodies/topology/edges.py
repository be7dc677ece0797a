"""Bodies of edges for ``recipes/applications/topology.py``."""

import warp as wp


def edges(v0, vertex_degree, v1, edge, edge_tris, tid, on_border, border_degree):
    #| one of
    wp.atomic_add(vertex_degree, v0, 1)
    wp.atomic_add(vertex_degree, v1, 1)
    #| or
    for k in range(2):
        wp.atomic_add(vertex_degree, edge[k], 1)
    #| end
    #| 0.5
    #| one of
    # a boundary edge has one triangle
    if edge_tris[tid][0] < 0 or edge_tris[tid][1] < 0:
        on_border[v0] = 1
        on_border[v1] = 1
    #| or
    # and the number at the boundary
    if edge_tris[tid][1] < 0:
        wp.atomic_add(border_degree, v0, 1)
        wp.atomic_add(border_degree, v1, 1)
    #| end
    #| end


def edges_2(edge_tris, tid, EDGE_INNER, edge_kind, EDGE_BORDER, EDGE_LOOSE, on_border, v0, v1):
    # the two triangles of the edge; -1 beyond the border
    tris = edge_tris[tid]
    #| one of
    if tris[0] >= 0 and tris[1] >= 0:
        edge_kind[tid] = EDGE_INNER
    elif tris[0] >= 0 or tris[1] >= 0:
        edge_kind[tid] = EDGE_BORDER
    else:
        edge_kind[tid] = EDGE_LOOSE
    #| or
    edge_kind[tid] = EDGE_INNER
    if tris[0] < 0 and tris[1] < 0:
        edge_kind[tid] = EDGE_LOOSE
    elif tris[0] < 0 or tris[1] < 0:
        edge_kind[tid] = EDGE_BORDER
        on_border[v0] = 1
        on_border[v1] = 1
    #| or
    count = int(0)
    for k in range(2):
        if tris[k] >= 0:
            count += 1
    edge_kind[tid] = count
    #| 0.75
    if count == 1:
        on_border[v0] = 1
        on_border[v1] = 1
    #| end
    #| end


def edges_3(edge_tris, tid, tri_indices, v0, v1, opposite_corner, opposite):
    #? the opposite corner of each triangle; none beyond the boundary
    #| one of
    corners = wp.vec2i(-1, -1)
    for k in range(2):
        t = edge_tris[tid][k]
        if t >= 0:
            #| one of
            for c in range(3):
                v = tri_indices[t][c]
                if v != v0 and v != v1:
                    corners[k] = v
            #| or
            corners[k] = opposite_corner(tri_indices[t], v0, v1)
            #| end
    opposite[tid] = corners
    #| or
    tris = edge_tris[tid]
    left = int(-1)
    right = int(-1)
    if tris[0] >= 0:
        left = opposite_corner(tri_indices[tris[0]], v0, v1)
    if tris[1] >= 0:
        right = opposite_corner(tri_indices[tris[1]], v0, v1)
    opposite[tid] = wp.vec2i(left, right)
    #| end


def edges_4(edge_tris, tid, hinges, v0, v1, opposite_corner, tri_indices, edge_fill):
    tris = edge_tris[tid]
    #| one of
    # a boundary edge has no bending
    if tris[0] < 0 or tris[1] < 0:
        hinges[tid] = wp.vec4i(-1, -1, v0, v1)
        return
    left = opposite_corner(tri_indices[tris[0]], v0, v1)
    right = opposite_corner(tri_indices[tris[1]], v0, v1)
    hinges[tid] = wp.vec4i(left, right, v0, v1)
    #| or
    # a boundary edge has no bending
    if tris[0] >= 0 and tris[1] >= 0:
        left = opposite_corner(tri_indices[tris[0]], v0, v1)
        right = opposite_corner(tri_indices[tris[1]], v0, v1)
        hinges[tid] = wp.vec4i(left, right, v0, v1)
        #| one of
        wp.atomic_add(edge_fill, 0, 1)
        #| or
        #| end
    else:
        hinges[tid] = wp.vec4i(-1, -1, v0, v1)
    #| end


def edges_5(particle_q, v0, v1, edge_length, tid, length_sum):
    length = wp.length(particle_q[v1] - particle_q[v0])
    edge_length[tid] = length
    #| 0.6
    # for the mean at each vertex
    wp.atomic_add(length_sum, v0, length)
    wp.atomic_add(length_sum, v1, length)
    #| end
