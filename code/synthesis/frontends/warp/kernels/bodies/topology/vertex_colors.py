"""Bodies of vertex_colors for ``recipes/applications/topology.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def vertex_colors(
    tid, vertex_start, vertex_count, vertex_color, adjacent_edges, edge_list, other_end, vertex_flag, num_changed,
):
    start = vertex_start[tid]
    num_adjacent = vertex_count[tid]
    # any neighbour with the same color
    color_of = vertex_color[tid]
    clash = int(0)
    for k in range(start, start + num_adjacent):
        edge = edge_list[adjacent_edges[k]]
        #| one of
        other_v = either(other_end(edge, tid), edge[1] if edge[0] == tid else edge[0])
        if vertex_color[other_v] == color_of:
            #| one of
            clash = 1
            break
            #| or
            clash = clash + 1
            #| end
        #| or
        for c in range(2):
            if edge[c] != tid and vertex_color[edge[c]] == color_of:
                clash += 1
        #| end
    vertex_flag[tid] = clash
    #| 0.5
    if clash > 0:
        wp.atomic_add(num_changed, 0, 1)
    #| end
