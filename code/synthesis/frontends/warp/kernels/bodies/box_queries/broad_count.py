"""Bodies of broad_count for ``recipes/applications/box_queries.py``."""

import warp as wp


def count_pairs(BOUNDS, bvh, lower, upper, FILTER, pair_count, tid, total, most_out, capacity, num_dropped):
    BOUNDS
    num = int(0)
    search = wp.bvh_query_aabb(bvh, lower, upper)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        num += 1
    #| one of
    pair_count[tid] = num
    #| one of
    wp.atomic_add(total, 0, num)
    #| or
    wp.atomic_max(most_out, 0, num)
    #| or
    #| end
    #| or
    #? up to the capacity
    pair_count[tid] = wp.min(num, capacity)
    if num > capacity:
        wp.atomic_add(num_dropped, 0, num - capacity)
    #| end


def estimate_density(
    REACH, bvh, lower, upper, ANY_FILTER, item_pos, tid, x, radius, item_mass, density_out, pair_count,
):
    REACH
    density = float(0.0)
    num = int(0)
    search = wp.bvh_query_aabb(bvh, lower, upper)
    other = int(0)
    while wp.bvh_query_next(search, other):
        ANY_FILTER
        r = wp.length(item_pos[other] - x[tid])
        #? the box is larger than the sphere inside it
        if r >= radius[tid]:
            continue
        #| one of
        near = 1.0 - r / radius[tid]
        density += item_mass[other] * near * near
        #| or
        density += item_mass[other] * (1.0 - r / radius[tid])
        #| end
        num += 1
    density_out[tid] = density
    pair_count[tid] = num
