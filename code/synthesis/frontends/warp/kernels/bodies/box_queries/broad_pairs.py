"""Bodies of broad_pairs for ``recipes/applications/box_queries.py``."""

import warp as wp


def broadphase_bvh(
    BOUNDS, bvh, lower, upper, FILTER, pairs, tid, pair_count, degree, total, SENSOR, item_flags, PAIR_SENSOR,
    PAIR_CONTACT,
):
    BOUNDS
    #| one of
    num = int(0)
    search = wp.bvh_query_aabb(bvh, lower, upper)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        pairs[tid, other] = 1
        num += 1
    pair_count[tid] = num
    #| or
    search = wp.bvh_query_aabb(bvh, lower, upper)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        pairs[tid, other] = 1
        #| one of
        wp.atomic_add(degree, other, 1)
        #| or
        wp.atomic_add(total, 0, 1)
        #| or
        #| end
    #| or
    search = wp.bvh_query_aabb(bvh, lower, upper)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        #? a sensor detects contacts but exerts no force
        if (item_flags[other] & SENSOR) != 0:
            pairs[tid, other] = PAIR_SENSOR
        else:
            pairs[tid, other] = PAIR_CONTACT
    #| end


def find_sphere_pairs(radius, tid, bvh, x, FILTER, item_radius, item_pos, pairs, degree, total, overlap_depth):
    r_a = radius[tid]
    pad = wp.vec3(r_a, r_a, r_a)
    search = wp.bvh_query_aabb(bvh, x[tid] - pad, x[tid] + pad)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        reach = r_a + item_radius[other]
        d = item_pos[other] - x[tid]
        if wp.length_sq(d) < reach * reach:
            pairs[tid, other] = 1
            #| one of
            wp.atomic_add(degree, other, 1)
            #| or
            wp.atomic_add(total, 0, 1)
            #| or
            overlap_depth[tid, other] = reach - wp.length(d)
            #| end
