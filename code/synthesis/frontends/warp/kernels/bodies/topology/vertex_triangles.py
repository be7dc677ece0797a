"""Bodies of vertex_triangles for ``recipes/applications/topology.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def vertex_triangles(tid, tri_indices, is_degenerate, tri_enabled, vertex_fill, max_adjacent, vertex_tris):
    tri = tri_indices[tid]
    #| 0.25
    if either(not tri_enabled[tid], tri[0] == tri[1] or tri[1] == tri[2] or tri[2] == tri[0], is_degenerate(tri), not tri_enabled[tid] or is_degenerate(tri)):
        return
    #| end
    #| one of
    # number of triangles of each vertex
    for c in range(3):
        wp.atomic_add(vertex_fill, tri[c], 1)
    #| or
    for c in range(3):
        #| one of
        v = tri[c]
        slot = wp.atomic_add(vertex_fill, v, 1)
        # while the list of the vertex has room
        if slot < max_adjacent:
            vertex_tris[v, slot] = tid
        #| or
        slot = wp.atomic_add(vertex_fill, tri[c], 1)
        if slot >= vertex_tris.shape[1]:
            continue
        vertex_tris[tri[c], slot] = tid
        #| end
    #| end
