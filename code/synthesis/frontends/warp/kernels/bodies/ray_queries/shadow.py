"""Bodies of shadow for ``recipes/applications/ray_queries.py``."""

import warp as wp


def line_of_sight(starts, targets, tid, visible, view_range, fov_cos, headings, mesh, count):
    d = targets[tid] - starts[tid]
    r = wp.length(d)
    visible[tid] = 0
    #| one of
    if r > view_range:
        return
    #| or
    if wp.dot(d, headings[tid]) < fov_cos * r:
        #? outside of the field of view
        return
    #| or
    if r > view_range or wp.dot(d, headings[tid]) < fov_cos * r:
        return
    #| or
    #| end
    if not wp.mesh_query_ray_anyhit(mesh, starts[tid], d / r, r):
        visible[tid] = 1
        #| one of
        wp.atomic_add(count, 0, 1)
        #| or
        #| end
