"""Bodies of grid_nearest for ``recipes/applications/neighbor_queries.py``."""

import warp as wp


def nearest_neighbor(tid, x, h, AROUND, other, OTHERS, nearest_out, TINY, direction, distance):
    pos = x[tid]
    best = float(h)
    nearest = int(-1)
    for _ in AROUND(h):
        if other == tid:
            continue
        OTHERS
        r = wp.length(pos - x[other])
        #? ties go to the lower index
        if r < best or (r == best and other < nearest):
            best = r
            nearest = other
    nearest_out[tid] = nearest
    #| one of
    if nearest >= 0:
        direction[tid] = (x[nearest] - pos) / wp.max(best, TINY)
    else:
        direction[tid] = wp.vec3(0.0, 0.0, 0.0)
    #| or
    distance[tid] = best if nearest >= 0 else -1.0
    #| or
    #| end


def min_distance(IDLE, tid, x, h, AROUND, OTHERS, other, distance, size, total, closest):
    IDLE
    pos = x[tid]
    #| one of
    best = float(h)
    for _ in AROUND(h):
        OTHERS
        if other != tid:
            best = wp.min(best, wp.length(pos - x[other]))
    distance[tid] = best
    #| one of
    if best < size[tid]:
        wp.atomic_add(total, 0, 1)
    #| or
    wp.atomic_min(closest, 0, best)
    #| or
    #| end
    #| or
    #: best = float(h)
    #: AROUND h + MAX_RADIUS
    #:     if other == tid:
    #:         continue
    #:     best = wp.min(best, wp.length(pos - x[other]) - size[other])
    #: distance[tid] = best - size[tid]
    #| end
