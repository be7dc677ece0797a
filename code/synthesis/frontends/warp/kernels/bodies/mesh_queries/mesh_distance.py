"""Bodies of mesh_distance for ``recipes/applications/mesh_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def mesh_distance(tid, x, body_q, mesh_body, mesh, reach, SURFACE, dist, surface, thickness, closest, radius, normal):
    #| one of
    p = x[tid]
    #| or
    # in the frame of the mesh
    p = wp.transform_point(wp.transform_inverse(body_q[mesh_body]), x[tid])
    #| end
    answer = wp.mesh_query_point_no_sign(mesh, p, reach)
    #| one of
    if answer.result:
        SURFACE
        #| one of
        dist[tid] = wp.length(p - surface)
        #| or
        dist[tid] = wp.length(p - surface)- thickness
        #| end
    else:
        dist[tid] = reach
    #| or
    if answer.result:
        SURFACE
        dist[tid] = wp.length(p - surface)
        closest[tid] = surface
    else:
        dist[tid] = reach
        closest[tid] = p
    #| or
    dist[tid] = reach
    if answer.result:
        SURFACE
        d = p - surface
        #| one of
        dist[tid] = wp.length(d)
        #| or
        r = wp.length(d)
        dist[tid] = wp.max(r - radius[tid], 0.0)
        normal[tid] = d / wp.max(r, 1.0e-3)
        #| end
    #| end


def surface_error(
    ACTIVE, flags, tid, x, mesh, reach, num_outliers, SURFACE, surface, error_sum, error_max, count, dist,
):
    #| one of
    if (flags[tid] & ACTIVE) == 0:
        return
    #| or
    #| end
    p = x[tid]
    answer = wp.mesh_query_point_no_sign(mesh, p, reach)
    #| one of
    if not answer.result:
        #? too far away to belong to this surface
        wp.atomic_add(num_outliers, 0, 1)
        return
    SURFACE
    r = wp.length(p - surface)
    wp.atomic_add(error_sum, 0, either(r, r * r))
    #| one of
    wp.atomic_max(error_max, 0, r)
    #| or
    #| end
    wp.atomic_add(count, 0, 1)
    #| or
    r = float(reach)
    if answer.result:
        SURFACE
        r = wp.length(p - surface)
    dist[tid] = r
    wp.atomic_max(error_max, 0, r)
    #| one of
    wp.atomic_add(error_sum, 0, r)
    #| or
    #| end
    #| end
