"""Bodies of bounds for ``recipes/applications/box_queries.py``."""

import warp as wp


def bounds(aabb_lower, tid, aabb_upper, margin, radius, x):
    #| one of
    lower = aabb_lower[tid]
    upper = aabb_upper[tid]
    #| or
    #? enlarged by the motion until the tree is rebuilt
    lower = aabb_lower[tid] - wp.vec3(margin, margin, margin)
    upper = aabb_upper[tid] + wp.vec3(margin, margin, margin)
    #| or
    pad = wp.vec3(radius[tid], radius[tid], radius[tid])
    lower = x[tid] - pad
    upper = x[tid] + pad
    #| end
