"""Bodies of nearest_neighbor for ``recipes/applications/particles.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def nearest_neighbor(tid, x, HUGE, cutoff, LOOP, nbr, phase, nearest, distance_out):
    x0 = x[tid]
    #| one of
    best = either(float(HUGE), float(cutoff), float(cutoff))
    found = int(-1)
    for _ in LOOP:
        #| 0.15
        if phase[nbr] != phase[tid]:
            continue
        #| end
        r = wp.length(x0 - x[nbr])
        if r < best:
            best = r
            found = nbr
    nearest[tid] = found
    #| 0.5
    distance_out[tid] = best
    #| end
    #| or
    #? squares are compared as well, and need no root
    best_sq = either(float(HUGE), float(cutoff * cutoff))
    found = int(-1)
    for _ in LOOP:
        #| 0.15
        if phase[nbr] != phase[tid]:
            continue
        #| end
        r2 = wp.length_sq(x0 - x[nbr])
        if r2 < best_sq:
            best_sq = r2
            found = nbr
    nearest[tid] = found
    #| 0.5
    distance_out[tid] = wp.sqrt(best_sq)
    #| end
    #| end
