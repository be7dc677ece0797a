"""Bodies of edge_flags for ``recipes/applications/topology.py``."""


def edge_flags(edge_list, tid, edge_tris, PART):
    #| one of
    v0 = edge_list[tid][0]
    v1 = edge_list[tid][1]
    #| or
    edge = edge_list[tid]
    v0 = edge[0]
    v1 = edge[1]
    #| end
    tris = edge_tris[tid]
    PART
