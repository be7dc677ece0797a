"""Bodies of neighbor_count for ``recipes/applications/particles.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def neighbor_count(active, tid, degree, x, LOOP, nbr, phase, cutoff, total_pairs):
    #| 0.12
    if active[tid] == 0:
        degree[tid] = 0
        return
    #| end
    x0 = x[tid]
    num = int(0)
    for _ in LOOP:
        #| 0.15
        if phase[nbr] != phase[tid]:
            continue
        #| end
        #| one of
        r = wp.length(x0 - x[nbr])
        if r < cutoff:
            num += 1
        #| or
        if either(wp.length_sq(x0 - x[nbr]) < cutoff * cutoff, wp.length(x0 - x[nbr]) < cutoff):
            num += 1
        #| or
        r = wp.length(x0 - x[nbr])
        if r >= cutoff:
            continue
        num += 1
        #| or
        if wp.length_sq(x0 - x[nbr]) < cutoff * cutoff:
            num += 1
        #| end
    degree[tid] = num
    #| 0.4
    wp.atomic_add(total_pairs, 0, num)
    #| end
