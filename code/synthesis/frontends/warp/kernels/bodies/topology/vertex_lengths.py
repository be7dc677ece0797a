"""Bodies of vertex_lengths for ``recipes/applications/topology.py``."""

import warp as wp


def vertex_lengths(num_adjacent, mean_length, tid, adjacent_edges, edge_list, start, particle_q):
    if num_adjacent == 0:
        mean_length[tid] = 0.0
        return
    total_length = float(0.0)
    #| one of
    for k in range(num_adjacent):
        edge = edge_list[adjacent_edges[start + k]]
        total_length += wp.length(particle_q[edge[1]] - particle_q[edge[0]])
    #| or
    for k in range(start, start + num_adjacent):
        edge = edge_list[adjacent_edges[k]]
        total_length += wp.length(particle_q[edge[1]] - particle_q[edge[0]])
    #| end
    mean_length[tid] = total_length / float(num_adjacent)


def vertex_lengths_2(num_adjacent, start, adjacent_edges, edge_list, particle_q, longest_edge, tid):
    #| one of
    longest = float(0.0)
    for k in range(start, start + num_adjacent):
        edge = edge_list[adjacent_edges[k]]
        longest = wp.max(longest, wp.length(particle_q[edge[1]] - particle_q[edge[0]]))
    #| or
    longest = float(0.0)
    for k in range(start, start + num_adjacent):
        edge = edge_list[adjacent_edges[k]]
        length = wp.length(particle_q[edge[1]] - particle_q[edge[0]])
        if length > longest:
            longest = length
    #| end
    longest_edge[tid] = longest
