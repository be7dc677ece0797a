"""Bodies of occlusion for ``recipes/applications/ray_queries.py``."""

import warp as wp


def check_visibility(eye, targets, tid, view_range, visible, mesh, count, visible_share):
    d = targets[tid] - eye
    r = wp.length(d)
    #| one of
    #| one of
    if r > view_range:
        visible[tid] = 0
        return
    #| or
    #| end
    answer = wp.mesh_query_ray(mesh, eye, d / r, r)
    if answer.result:
        visible[tid] = 0
    else:
        visible[tid] = 1
        #| one of
        wp.atomic_add(count, 0, 1)
        #| or
        #| end
    #| or
    answer = wp.mesh_query_ray(mesh, eye, d / r, r)
    #? free fraction of the path
    free = float(1.0)
    if answer.result:
        free = answer.t / r
    visible_share[tid] = free
    #| end


def clear_paths(starts, tid, targets, clearance, mesh, points, blocked, count):
    start = starts[tid]
    d = targets[tid] - start
    r = wp.length(d)
    answer = wp.mesh_query_ray(mesh, start, d / r, r + clearance)
    #| one of
    if answer.result:
        points[tid] = start + (wp.max(answer.t - clearance, 0.0) / r) * d
        blocked[tid] = 1
    else:
        points[tid] = targets[tid]
        blocked[tid] = 0
    #| or
    points[tid] = targets[tid]
    if answer.result:
        points[tid] = start + (wp.max(answer.t - clearance, 0.0) / r) * d
        #| one of
        wp.atomic_add(count, 0, 1)
        #| or
        #| end
    #| end
