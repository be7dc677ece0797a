"""Bodies of ray_boxes for ``recipes/applications/box_queries.py``."""

import warp as wp


def count_ray_boxes(RAY, bvh, ray, start, FILTER, pair_count, tid, total, most_out):
    RAY
    num = int(0)
    search = wp.bvh_query_ray(bvh, start, ray)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        num += 1
    pair_count[tid] = num
    #| one of
    wp.atomic_add(total, 0, num)
    #| or
    wp.atomic_max(most_out, 0, num)
    #| or
    #| end


def compute_transmittance(RAY, bvh, ray, start, FILTER, absorption, tid, transmittance, opacity, cutoff, total):
    RAY
    #| one of
    depth = float(0.0)
    search = wp.bvh_query_ray(bvh, start, ray)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        depth += absorption[other]
    transmittance[tid] = wp.exp(-depth)
    #| or
    left = float(1.0)
    search = wp.bvh_query_ray(bvh, start, ray)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        left *= 1.0 - opacity[other]
    transmittance[tid] = left
    #| one of
    if left < cutoff:
        wp.atomic_add(total, 0, 1)
    #| or
    #| end
    #| end
