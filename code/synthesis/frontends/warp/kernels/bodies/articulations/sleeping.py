"""Bodies of sleeping for ``recipes/applications/articulations.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def sleeping(
    end, start, body_qd_in, threshold, ang_threshold, lin_threshold, idle_steps, tid, sleep_after, asleep,
    body_qd_out,
):
    #| one of
    fastest = float(0.0)
    for j in range(start, end):
        #| one of
        fastest = wp.max(fastest, wp.length_sq(body_qd_in[j]))
        #| or
        v = wp.spatial_top(body_qd_in[j])
        w = wp.spatial_bottom(body_qd_in[j])
        fastest = wp.max(fastest, wp.dot(v, v) + wp.dot(w, w))
        #| end
    still = fastest < threshold
    #| or
    still = bool(True)
    for j in range(start, end):
        if either(wp.length_sq(wp.spatial_top(body_qd_in[j])) > lin_threshold * lin_threshold or                     wp.length_sq(wp.spatial_bottom(body_qd_in[j])) > ang_threshold * ang_threshold, wp.length_sq(body_qd_in[j]) > threshold):
            still = False
            #| one of
            break
            #| or
            #| end
    #| end
    #| one of
    if still:
        idle_steps[tid] = idle_steps[tid] + 1
    else:
        idle_steps[tid] = 0
    #| or
    idle_steps[tid] = idle_steps[tid] + 1 if still else 0
    #| end
    #| one of
    #| one of
    if idle_steps[tid] > sleep_after:
    #| or
    #: if idle_steps[tid] >= sleep_after:
    #| end
        asleep[tid] = 1
    else:
        asleep[tid] = 0
    #| or
    asleep[tid] = 1 if idle_steps[tid] > sleep_after else 0
    #| or
    #| one of
    if idle_steps[tid] > sleep_after:
    #| or
    #: if idle_steps[tid] >= sleep_after:
    #| end
        asleep[tid] = 1
        for j in range(start, end):
            body_qd_out[j] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    else:
        asleep[tid] = 0
        for j in range(start, end):
            body_qd_out[j] = body_qd_in[j]
    #| end
