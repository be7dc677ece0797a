"""Bodies of vertex_class for ``recipes/applications/topology.py``."""


def vertex_class(
    tid, vertex_start, vertex_count, adjacent_edges, edge_tris, is_border_edge, crease_cos, edge_cos, VERTEX_BORDER,
    vertex_kind, VERTEX_CORNER, VERTEX_SMOOTH, VERTEX_CREASE, edge_list, other_end, pinned,
):
    start = vertex_start[tid]
    #| one of
    num_sharp = int(0)
    num_border = int(0)
    for k in range(start, start + vertex_count[tid]):
        e = adjacent_edges[k]
        if is_border_edge(edge_tris[e]):
            num_border += 1
        elif edge_cos[e] < crease_cos:
            num_sharp += 1
    #| one of
    if num_border > 0:
        vertex_kind[tid] = VERTEX_BORDER
        #| one of
        # where a crease meets the border
        #| one of
        if num_sharp > 0 or num_border > 2:
        #| or
        #: if num_sharp > 0:
        #| end
            vertex_kind[tid] = VERTEX_CORNER
        #| or
        #| end
    elif num_sharp == 0:
        vertex_kind[tid] = VERTEX_SMOOTH
    elif num_sharp <= 2:
        vertex_kind[tid] = VERTEX_CREASE
    else:
        vertex_kind[tid] = VERTEX_CORNER
    #| or
    vertex_kind[tid] = VERTEX_SMOOTH
    if num_sharp > 2 or (num_sharp > 0 and num_border > 0):
        vertex_kind[tid] = VERTEX_CORNER
    elif num_border > 0:
        vertex_kind[tid] = VERTEX_BORDER
    elif num_sharp > 0:
        vertex_kind[tid] = VERTEX_CREASE
    #| end
    #| or
    crossing = int(0)
    for k in range(start, start + vertex_count[tid]):
        #| one of
        if edge_cos[adjacent_edges[k]] >= crease_cos:
            continue
        other_v = other_end(edge_list[adjacent_edges[k]], tid)
        if pinned[other_v] == 0:
            crossing += 1
        #| or
        if edge_cos[adjacent_edges[k]] < crease_cos:
            crossing += 1
        #| end
    #| one of
    if crossing > 2:
        vertex_kind[tid] = VERTEX_CORNER
    elif crossing > 0 or pinned[tid] == 1:
        vertex_kind[tid] = VERTEX_CREASE
    else:
        vertex_kind[tid] = VERTEX_SMOOTH
    #| or
    if crossing == 0 and pinned[tid] != 1:
        vertex_kind[tid] = VERTEX_SMOOTH
        return
    vertex_kind[tid] = VERTEX_CREASE if crossing <= 2 else VERTEX_CORNER
    #| end
    #| end
