"""Bodies of overlap_sum for ``recipes/applications/box_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def nearest_face_center(BOX, HUGE, lower, mesh, upper, tid, x, distance, far_value, nearest_out):
    BOX
    best = float(HUGE)
    nearest = int(-1)
    for facet in wp.mesh_query_aabb(mesh, lower, upper):
        #| one of
        middle = wp.mesh_eval_position(mesh, facet, 0.333, 0.333)
        r = wp.length(x[tid] - middle)
        #| or
        corner_sum = wp.mesh_get_point(mesh, 3 * facet)
        corner_sum += wp.mesh_get_point(mesh, 3 * facet + 1) + wp.mesh_get_point(mesh, 3 * facet + 2)
        r = wp.length(x[tid] - corner_sum / 3.0)
        #| end
        if r < best:
            best = r
            nearest = facet
    #| one of
    distance[tid] = best if best < HUGE else -1.0
    #| or
    if best < HUGE:
        distance[tid] = best
    else:
        distance[tid] = either(-1.0, far_value)
    #| end
    nearest_out[tid] = nearest


def average_face_normal(BOX, lower, mesh, upper, face_area, normal_out, tid, number, falloff, x, mean_normal):
    BOX
    normal_sum = wp.vec3(0.0, 0.0, 0.0)
    #| one of
    num = int(0)
    for facet in wp.mesh_query_aabb(mesh, lower, upper):
        n = wp.mesh_eval_face_normal(mesh, facet)
        normal_sum += either(n, face_area[facet] * n)
        num += 1
    if num == 0:
        normal_out[tid] = wp.vec3(0.0, 0.0, 0.0)
        return
    normal_out[tid] = wp.normalize(normal_sum)
    #| one of
    number[tid] = num
    #| or
    #| end
    #| or
    w_sum = float(0.0)
    for facet in wp.mesh_query_aabb(mesh, lower, upper):
        middle = wp.mesh_eval_position(mesh, facet, 0.333, 0.333)
        #? near faces have more weight
        #| one of
        w = wp.exp(-wp.length_sq(x[tid] - middle) / (falloff * falloff))
        #| or
        w = wp.exp(-wp.length_sq(x[tid] - middle) / (falloff * falloff))* face_area[facet]
        #| end
        normal_sum += w * wp.mesh_eval_face_normal(mesh, facet)
        w_sum += w
    if w_sum > 0.0:
        mean_normal[tid] = normal_sum / w_sum
    else:
        mean_normal[tid] = wp.vec3(0.0, 0.0, 0.0)
    #| end


def gather_face_values(far, tid, x, mesh, face_group, own, wanted, face_area, face_value, value_out, far_value):
    #| one of
    reach = wp.vec3(far, far, far)
    lower = x[tid] - reach
    upper = x[tid] + reach
    #| or
    lower = x[tid] - wp.vec3(far, far, far)
    upper = x[tid] + wp.vec3(far, far, far)
    #| end
    total_value = float(0.0)
    w_sum = float(0.0)
    for facet in wp.mesh_query_aabb(mesh, lower, upper):
        #| one of
        if face_group[facet] != either(wanted, own[tid]):
            continue
        #| or
        #| end
        middle = wp.mesh_eval_position(mesh, facet, 0.333, 0.333)
        #| one of
        r = wp.length(x[tid] - middle)
        # the box is larger than the sphere inside it
        if r >= far:
            continue
        #| one of
        near = 1.0 - r / far
        w = face_area[facet] * near * near
        #| or
        near = 1.0 - r / far
        w = near * near * near
        #| or
        w = face_area[facet] * (1.0 - r / far)
        #| end
        #| or
        w = face_area[facet] * wp.exp(-4.0 * wp.length_sq(x[tid] - middle) / (far * far))
        #| end
        total_value += w * face_value[facet]
        w_sum += w
    #| one of
    if w_sum > 0.0:
        value_out[tid] = total_value / w_sum
    else:
        value_out[tid] = far_value
    #| or
    # no face is near enough
    if w_sum == 0.0:
        value_out[tid] = far_value
        return
    value_out[tid] = total_value / w_sum
    #| end
