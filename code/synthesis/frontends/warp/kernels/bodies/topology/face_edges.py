"""Bodies of face_edges for ``recipes/applications/topology.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def face_edges(tid, tri_indices, is_degenerate, tri_enabled, tri_edges, edge_key, edge_fill, edges_out):
    tri = tri_indices[tid]
    #| 0.2
    # a degenerate triangle has no edges
    if either(not tri_enabled[tid], tri[0] == tri[1] or tri[1] == tri[2] or tri[2] == tri[0], is_degenerate(tri), not tri_enabled[tid] or is_degenerate(tri)):
        for c in range(3):
            tri_edges[3 * tid + c] = wp.vec2i(-1, -1)
        return
    #| end
    #? edges of the triangle, the smaller vertex first
    for c in range(3):
        #| one of
        a = tri[c]
        b = tri[(c + 1) % 3]
        #| one of
        tri_edges[3 * tid + c] = either(edge_key(a, b), wp.vec2i(wp.min(a, b), wp.max(a, b)))
        #| or
        if a < b:
            tri_edges[3 * tid + c] = wp.vec2i(a, b)
        else:
            tri_edges[3 * tid + c] = wp.vec2i(b, a)
        #| end
        #| or
        # the edge opposite to the corner
        a = tri[(c + 1) % 3]
        b = tri[(c + 2) % 3]
        tri_edges[3 * tid + c] = either(edge_key(a, b), wp.vec2i(wp.min(a, b), wp.max(a, b)))
        #| or
        #? only half of the edges; the other triangle has the rest
        a = tri[c]
        b = tri[(c + 1) % 3]
        if a < b:
            slot = wp.atomic_add(edge_fill, 0, 1)
            if slot < edges_out.shape[0]:
                edges_out[slot] = wp.vec2i(a, b)
        #| end
