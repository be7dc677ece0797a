"""Bodies of vertex_labels for ``recipes/applications/topology.py``."""

import warp as wp


def vertex_labels(tid, vertex_start, vertex_count, vertex_color, adjacent_edges, edge_list, label_out, num_changed):
    start = vertex_start[tid]
    num_adjacent = vertex_count[tid]
    # the smallest neighbouring label
    label = vertex_color[tid]
    #| one of
    k = int(0)
    while k < num_adjacent:
        edge = edge_list[adjacent_edges[start + k]]
        label = wp.min(label, wp.min(vertex_color[edge[0]], vertex_color[edge[1]]))
        k += 1
    #| or
    for k in range(start, start + num_adjacent):
        edge = edge_list[adjacent_edges[k]]
        #| one of
        if vertex_color[edge[0]] < label:
            label = vertex_color[edge[0]]
        if vertex_color[edge[1]] < label:
            label = vertex_color[edge[1]]
        #| or
        label = wp.min(label, vertex_color[edge[0]])
        label = wp.min(label, vertex_color[edge[1]])
        #| end
    #| end
    label_out[tid] = label
    #| 0.7
    if label != vertex_color[tid]:
        wp.atomic_add(num_changed, 0, 1)
    #| end
