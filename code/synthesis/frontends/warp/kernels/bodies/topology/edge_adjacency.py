"""Bodies of edge_adjacency for ``recipes/applications/topology.py``."""

import warp as wp


def edge_adjacency(edge_list, tid, EDGES):
    edge = edge_list[tid]
    #| one of
    v0 = edge[0]
    v1 = edge[1]
    #| or
    v0 = wp.min(edge[0], edge[1])
    v1 = wp.max(edge[0], edge[1])
    #| end
    EDGES
