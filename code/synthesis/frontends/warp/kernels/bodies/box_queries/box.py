"""Bodies of box for ``recipes/applications/box_queries.py``."""

import warp as wp


def box(radius, tid, x, query_radius, margin):
    #| one of
    lower = x[tid] - wp.vec3(radius[tid], radius[tid], radius[tid])
    upper = x[tid] + wp.vec3(radius[tid], radius[tid], radius[tid])
    #| or
    pad = wp.vec3(query_radius, query_radius, query_radius)
    lower = x[tid] - pad
    upper = x[tid] + pad
    #| or
    reach = radius[tid] + margin
    lower = x[tid] - wp.vec3(reach, reach, reach)
    upper = x[tid] + wp.vec3(reach, reach, reach)
    #| end
