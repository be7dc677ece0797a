"""Bodies of reach for ``recipes/applications/box_queries.py``."""

import warp as wp


def reach(radius, tid, x):
    #| one of
    pad = wp.vec3(radius[tid], radius[tid], radius[tid])
    lower = x[tid] - pad
    upper = x[tid] + pad
    #| or
    lower = x[tid] - wp.vec3(radius[tid], radius[tid], radius[tid])
    upper = x[tid] + wp.vec3(radius[tid], radius[tid], radius[tid])
    #| end
