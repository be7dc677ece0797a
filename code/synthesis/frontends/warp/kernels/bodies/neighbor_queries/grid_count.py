"""Bodies of grid_count for ``recipes/applications/neighbor_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def count_neighbors(tid, x, AROUND, h, OTHERS, other, number, most_out, total, max_neighbors, num_overflow):
    pos = x[tid]
    num = int(0)
    for _ in AROUND(h):
        OTHERS
        if other != tid and either(wp.length_sq(pos - x[other]) < h * h, wp.length(pos - x[other]) < h):
            num += 1
    number[tid] = num
    #| one of
    wp.atomic_max(most_out, 0, num)
    #| or
    wp.atomic_add(total, 0, num)
    #| or
    if num > max_neighbors:
        wp.atomic_add(num_overflow, 0, 1)
    #| or
    #| end


def mark_surface_particles(
    tid, x, AROUND, h, other, min_neighbors, ISOLATED, number, surface_shift, SURFACE, INTERIOR, total,
):
    pos = x[tid]
    num = int(0)
    center = wp.vec3(0.0, 0.0, 0.0)
    for _ in AROUND(h):
        if either(wp.length_sq(pos - x[other]) < h * h, wp.length(pos - x[other]) < h):
            center += x[other]
            num += 1
    #? in the interior, the centroid of the neighbors is at the particle
    shift = center / float(wp.max(num, 1)) - pos
    #| one of
    if num < min_neighbors:
        number[tid] = ISOLATED
    elif wp.length(shift) > surface_shift * h:
        number[tid] = SURFACE
    else:
        number[tid] = INTERIOR
    #| or
    if num < min_neighbors or wp.length(shift) > surface_shift * h:
        number[tid] = SURFACE
        #| one of
        wp.atomic_add(total, 0, 1)
        #| or
        #| end
    else:
        number[tid] = INTERIOR
    #| end
