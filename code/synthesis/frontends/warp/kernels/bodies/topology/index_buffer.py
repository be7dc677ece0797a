"""Bodies of index_buffer for ``recipes/applications/topology.py``."""


def index_buffer(tid, tri_indices, flip_winding, first_vertex, tri_flat, tri_enabled):
    tri = tri_indices[tid]
    #? corners of all meshes in one array
    #| one of
    if flip_winding:
        tri_flat[3 * tid + 0] = tri[0] + first_vertex
        tri_flat[3 * tid + 1] = tri[2] + first_vertex
        tri_flat[3 * tid + 2] = tri[1] + first_vertex
    else:
        tri_flat[3 * tid + 0] = tri[0] + first_vertex
        tri_flat[3 * tid + 1] = tri[1] + first_vertex
        tri_flat[3 * tid + 2] = tri[2] + first_vertex
    #| or
    #? hidden faces collapse to a point
    if not tri_enabled[tid]:
        for c in range(3):
            tri_flat[3 * tid + c] = tri[0] + first_vertex
        return
    for c in range(3):
        tri_flat[3 * tid + c] = tri[c] + first_vertex
    #| or
    for c in range(3):
        tri_flat[3 * tid + c] = tri[c] + first_vertex
    #| end
