"""Bodies of depth_image for ``recipes/applications/ray_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def raycast_depth(far, mesh, ray, start, depth, tid, return_power, hit_mask, blind_range, count):
    answer = wp.mesh_query_ray(mesh, start, ray, far)
    #| one of
    if answer.result:
        depth[tid] = answer.t
    else:
        depth[tid] = either(far, 0.0, -1.0)
    #| or
    t = float(far)
    if answer.result:
        t = answer.t
    depth[tid] = either(t, t / far)
    #| or
    if not answer.result:
        depth[tid] = far
        return_power[tid] = 0.0
        return
    depth[tid] = answer.t
    #? returned intensity falls with the squared distance
    return_power[tid] = wp.abs(wp.dot(answer.normal, ray)) / (answer.t * answer.t)
    #| or
    if not answer.result:
        depth[tid] = far
        hit_mask[tid] = 0
        return
    depth[tid] = answer.t
    hit_mask[tid] = 1
    #| or
    #? below the minimum range of the sensor
    if answer.result and answer.t > blind_range:
        depth[tid] = answer.t
    else:
        depth[tid] = either(far, 0.0)
    #| one of
    if answer.result:
        wp.atomic_add(count, 0, 1)
    #| or
    #| end
    #| end


def raycast_points(far, mesh, ray, start, points, tid, hit_mask, normal, warn_range, count):
    answer = wp.mesh_query_ray(mesh, start, ray, far)
    #| one of
    if answer.result:
        points[tid] = either(start + answer.t * ray, wp.mesh_eval_position(mesh, answer.face, answer.u, answer.v))
        hit_mask[tid] = 1
    else:
        points[tid] = either(wp.vec3(0.0, 0.0, 0.0), start + far * ray)
        hit_mask[tid] = 0
    #| or
    if not answer.result:
        points[tid] = start + far * ray
        normal[tid] = wp.vec3(0.0, 0.0, 0.0)
        return
    points[tid] = start + answer.t * ray
    normal[tid] = answer.normal
    #| or
    if not answer.result:
        points[tid] = start + far * ray
        return
    points[tid] = start + answer.t * ray
    #| one of
    if answer.t < warn_range:
        wp.atomic_add(count, 0, 1)
    #| or
    #| end
    #| end
