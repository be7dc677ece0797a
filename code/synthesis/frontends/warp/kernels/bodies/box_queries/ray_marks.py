"""Bodies of ray_marks for ``recipes/applications/box_queries.py``."""

import warp as wp


def mark_ray_boxes(RAY, bvh, ray, start, FILTER, tid, visible, degree, total, item_pos, item_radius):
    RAY
    #| one of
    search = wp.bvh_query_ray(bvh, start, ray)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        visible[tid, other] = 1
        #| one of
        wp.atomic_add(degree, other, 1)
        #| or
        wp.atomic_add(total, 0, 1)
        #| or
        #| end
    #| or
    search = wp.bvh_query_ray(bvh, start, ray)
    other = int(0)
    while wp.bvh_query_next(search, other):
        FILTER
        #? the ray must also hit the sphere in the box
        d = item_pos[other] - start
        t = wp.max(wp.dot(d, ray), 0.0)
        if wp.length(d - t * ray) < item_radius[other]:
            visible[tid, other] = 1
            #| one of
            wp.atomic_add(degree, other, 1)
            #| or
            #| end
    #| end
