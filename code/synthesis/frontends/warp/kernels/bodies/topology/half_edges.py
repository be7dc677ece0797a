"""Bodies of half_edges for ``recipes/applications/topology.py``."""

import warp as wp


def half_edges(half_order, tid, half_keys, same_edge, num_half, twin_out, border_out, num_bad, edge_fill):
    #? equal keys are adjacent: both sides of an edge
    half = half_order[tid]
    #| one of
    twin = int(-1)
    if tid > 0 and same_edge(half_keys[tid - 1], half_keys[tid]):
        twin = half_order[tid - 1]
    elif tid + 1 < num_half and same_edge(half_keys[tid], half_keys[tid + 1]):
        twin = half_order[tid + 1]
    twin_out[half] = twin
    #| 0.5
    if twin < 0:
        #| one of
        border_out[half] = 1
        wp.atomic_add(num_bad, 0, 1)
        #| or
        wp.atomic_add(num_bad, 0, 1)
        #| end
    #| end
    #| or
    twin_out[half] = -1
    if tid > 0:
        if same_edge(half_keys[tid - 1], half_keys[tid]):
            twin_out[half] = half_order[tid - 1]
            return
    if tid + 1 < num_half:
        if same_edge(half_keys[tid], half_keys[tid + 1]):
            twin_out[half] = half_order[tid + 1]
            #| 0.5
            # counted once
            wp.atomic_add(edge_fill, 0, 1)
            #| end
    #| end
