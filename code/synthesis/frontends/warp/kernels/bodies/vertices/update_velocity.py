"""Bodies of update_velocity for ``recipes/applications/vertices.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def update_velocity(
    tid, x0, x_prev, dt, kd, limit_length, v_max, ground, radius, friction, v_out, x_prev_out, a_out, v, rest_limit,
    rest_time,
):
    d = x0 - x_prev[tid]
    v1 = d / dt
    #| some of
    v1 = v1 * (1.0 - kd * dt)
    #| and
    #| one of
    v1 = limit_length(v1, v_max)
    #| or
    if either(wp.length_sq(v1) > v_max * v_max, wp.length(v1) > v_max):
        v1 = wp.normalize(v1) * v_max
    #| end
    #| and
    #| one of
    if x0[2] < ground + radius[tid] and v1[2] < 0.0:
    #| or
    #: if x0[2] <= ground + radius[tid] and v1[2] < 0.0:
    #| end
        #| one of
        v1[2] = 0.0
        #| or
        v1 = wp.vec3(v1[0] * friction, v1[1] * friction, 0.0)
        #| end
    #| end
    #| one of
    v_out[tid] = v1
    #| or
    v_out[tid] = v1
    x_prev_out[tid] = x0
    #| or
    # the acceleration that it had in this step
    v_out[tid] = v1
    a_out[tid] = (v1 - v[tid]) / dt
    #| or
    if either(wp.length_sq(v1) < rest_limit * rest_limit, wp.length(v1) < rest_limit):
        rest_time[tid] += dt
    else:
        rest_time[tid] = 0.0
    v_out[tid] = v1
    #| end
