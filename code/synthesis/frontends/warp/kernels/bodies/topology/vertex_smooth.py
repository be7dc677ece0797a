"""Bodies of vertex_smooth for ``recipes/applications/topology.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def vertex_smooth(
    tid, vertex_start, vertex_count, particle_q, smoothed, adjacent_edges, edge_list, other_end, TINY, strength,
    cotan_in, limit_length, max_offset, border_flag, edge_tris, is_border_edge,
):
    start = vertex_start[tid]
    num_adjacent = vertex_count[tid]
    # nothing to average
    #| one of
    if num_adjacent == 0:
    #| or
    #: if num_adjacent == 0 or pinned[tid] == 1:
    #| end
        smoothed[tid] = particle_q[tid]
        return
    total = wp.vec3(0.0, 0.0, 0.0)
    #| one of
    weight = float(0.0)
    for k in range(start, start + num_adjacent):
        edge = edge_list[adjacent_edges[k]]
        other_v = either(other_end(edge, tid), edge[1] if edge[0] == tid else edge[0])
        #| one of
        # short edges count for more
        w = 1.0 / wp.max(wp.length(particle_q[other_v] - particle_q[tid]), either(TINY, 1.0e-6))
        total += w * (particle_q[other_v] - particle_q[tid])
        #| or
        dx = particle_q[other_v] - particle_q[tid]
        # short edges count for more
        w = 1.0 / wp.max(wp.length(dx), either(TINY, 1.0e-6))
        total += w * dx
        #| end
        weight += w
    smoothed[tid] = particle_q[tid] + total * (strength / weight)
    #| or
    #? weights of edges by the angles opposite to them
    weight = float(0.0)
    for k in range(start, start + num_adjacent):
        e = adjacent_edges[k]
        other_v = either(other_end(edge_list[e], tid), edge_list[e][1] if edge_list[e][0] == tid else edge_list[e][0])
        total += cotan_in[e] * (particle_q[other_v] - particle_q[tid])
        weight += cotan_in[e]
    #| one of
    if weight > 0.0:
        smoothed[tid] = particle_q[tid] + total * (strength / weight)
    else:
        smoothed[tid] = particle_q[tid]
    #| or
    moved = particle_q[tid]
    if weight > 0.0:
        moved += total * (strength / weight)
    smoothed[tid] = moved
    #| end
    #| or
    #| one of
    for k in range(num_adjacent):
        edge = edge_list[adjacent_edges[start + k]]
    #| or
    #: for k in range(start, start + num_adjacent):
    #:     edge = edge_list[adjacent_edges[k]]
    #| end
        other_v = either(other_end(edge, tid), edge[1] if edge[0] == tid else edge[0])
        total += particle_q[other_v] - particle_q[tid]
    #| 0.3
    # limited to the largest step
    offset = limit_length(strength * total / float(num_adjacent), max_offset)
    smoothed[tid] = particle_q[tid] + offset
    #| else
    #| one of
    smoothed[tid] = particle_q[tid] + total * (strength / float(num_adjacent))
    #| or
    total = total / float(num_adjacent)
    smoothed[tid] = particle_q[tid] + strength * total
    #| end
    #| end
    #| or
    num_used = int(0)
    for k in range(start, start + num_adjacent):
        e = adjacent_edges[k]
        other_v = other_end(edge_list[e], tid)
        #| one of
        if border_flag[tid] == 1:
            # boundary vertices use only boundary neighbours
            if is_border_edge(edge_tris[e]):
                total += particle_q[other_v] - particle_q[tid]
                num_used += 1
        else:
            total += particle_q[other_v] - particle_q[tid]
            num_used += 1
        #| or
        if border_flag[tid] == 1 and not is_border_edge(edge_tris[e]):
            continue
        total += particle_q[other_v] - particle_q[tid]
        num_used += 1
        #| end
    #| one of
    if num_used > 0:
        smoothed[tid] = particle_q[tid] + total * (strength / float(num_used))
    else:
        smoothed[tid] = particle_q[tid]
    #| or
    smoothed[tid] = particle_q[tid] + total * (strength / float(wp.max(num_used, 1)))
    #| end
    #| end
