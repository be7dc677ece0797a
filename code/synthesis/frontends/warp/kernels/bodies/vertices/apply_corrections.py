"""Bodies of apply_corrections for ``recipes/applications/vertices.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def apply_corrections(
    degree_in, tid, correction, relax, limit, limit_length, x0, ground, radius, x_out, dt, v, v_out, x_prev,
):
    num = degree_in[tid]
    #| one of
    d = (relax / float(wp.max(num, 1))) * correction[tid]
    #| or
    d = correction[tid]
    if num > 1:
        d = d / float(num)
    #| or
    scale = relax
    if num > 0:
        scale = relax / float(num)
    d = correction[tid] * scale
    #| end
    #| 0.4
    #| one of
    d = limit_length(d, limit)
    #| or
    if either(wp.length_sq(d) > limit * limit, wp.length(d) > limit):
        d = d * (limit / wp.length(d))
    #| end
    #| end
    x1 = x0 + d
    #| 0.5
    if x1[2] < ground + radius[tid]:
        x1[2] = ground + radius[tid]
    #| end
    x_out[tid] = x1
    #| one of
    v_out[tid] = either(v[tid] + (x1 - x0) / dt, (x1 - x_prev[tid]) / dt)
    #| or
    #| end
