"""Bodies of ray_first for ``recipes/applications/box_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def pick_nearest_item(RAY, HUGE, bvh, ray, start, FILTER, item_pos, hit_id, tid, distance, degree):
    RAY
    best = float(HUGE)
    picked = int(-1)
    search = wp.bvh_query_ray(bvh, start, ray)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        t = wp.dot(item_pos[other] - start, ray)
        if t > 0.0 and t < best:
            best = t
            picked = other
    hit_id[tid] = picked
    #| one of
    distance[tid] = best if picked >= 0 else -1.0
    #| or
    if picked >= 0:
        wp.atomic_add(degree, picked, 1)
    #| or
    #| end


def raycast_spheres(
    ray_start, tid, ray_dir, HUGE, max_distance, bvh, FILTER, item_pos, item_radius, hit_id, distance, hit_normal,
):
    start = ray_start[tid]
    ray = wp.normalize(ray_dir[tid])
    best = float(either(HUGE, max_distance))
    picked = int(-1)
    search = wp.bvh_query_ray(bvh, start, ray)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        oc = start - item_pos[other]
        b = wp.dot(oc, ray)
        disc = b * b - wp.dot(oc, oc) + item_radius[other] * item_radius[other]
        if disc < 0.0:
            continue
        t = -b - wp.sqrt(disc)
        if t >= 0.0 and t < best:
            best = t
            picked = other
    hit_id[tid] = picked
    #| one of
    distance[tid] = best if picked >= 0 else -1.0
    #| or
    if picked >= 0:
        distance[tid] = best
        hit_normal[tid] = (start + best * ray - item_pos[picked]) / item_radius[picked]
    else:
        distance[tid] = -1.0
        hit_normal[tid] = wp.vec3(0.0, 0.0, 0.0)
    #| end
