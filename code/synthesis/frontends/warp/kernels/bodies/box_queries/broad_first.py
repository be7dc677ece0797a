"""Bodies of broad_first for ``recipes/applications/box_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def check_overlaps(REACH, bvh, lower, upper, FILTER, item_radius, radius, tid, item_pos, x, colliding, total):
    REACH
    touches = int(0)
    search = wp.bvh_query_aabb(bvh, lower, upper)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        reach = radius[tid] + item_radius[other]
        if wp.length_sq(item_pos[other] - x[tid]) < reach * reach:
            touches = 1
            #| one of
            # one is enough
            break
            #| or
            break
            #| end
    colliding[tid] = touches
    #| 0.4
    if touches == 1:
        wp.atomic_add(total, 0, 1)
    #| end


def find_nearest_item(BOUNDS, HUGE, bvh, lower, upper, FILTER, item_pos, tid, x, partner, distance, degree):
    BOUNDS
    best = float(HUGE)
    nearest = int(-1)
    search = wp.bvh_query_aabb(bvh, lower, upper)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        r = wp.length(item_pos[other] - x[tid])
        if r < best:
            best = r
            nearest = other
    partner[tid] = nearest
    #| one of
    if nearest >= 0:
        distance[tid] = best
    else:
        distance[tid] = -1.0
    #| or
    if nearest >= 0:
        wp.atomic_add(degree, nearest, 1)
    #| or
    #| end


def deepest_contact(
    REACH, bvh, lower, upper, FILTER, item_pos, tid, x, item_radius, radius, partner, depth_out, normal_out,
    safe_normalize,
):
    REACH
    deepest = float(0.0)
    partner_of = int(-1)
    search = wp.bvh_query_aabb(bvh, lower, upper)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        #| one of
        d = x[tid] - item_pos[other]
        depth = radius[tid] + item_radius[other] - wp.length(d)
        #| or
        depth = radius[tid] + item_radius[other] - wp.length(x[tid] - item_pos[other])
        #| end
        if depth > deepest:
            deepest = depth
            partner_of = other
    partner[tid] = partner_of
    depth_out[tid] = deepest
    #| 0.5
    if partner_of >= 0:
        # away from the obstacle
        normal_out[tid] = either(wp.normalize, safe_normalize)(x[tid] - item_pos[partner_of])
    else:
        normal_out[tid] = wp.vec3(0.0, 0.0, 0.0)
    #| end
