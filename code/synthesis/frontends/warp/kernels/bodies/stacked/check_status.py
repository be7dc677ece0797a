"""Bodies of check_status for ``recipes/applications/stacked.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def check_status(
    ncts, status, wid, Ap, b, r_old, vio, residual_out, iterations, tolerance, STATUS_DONE, max_iterations,
    STATUS_LIMIT, num_running, x_in, y_in, penalty, y_old, primal_out, dual_out, both_tol, rel_tol, max_growth,
    STATUS_FAILED,
):
    #| 0.7
    # finished episodes stay finished
    #| one of
    if status[wid] != 0 or ncts == 0:
    #| or
    #: if status[wid] != 0:
    #| end
        return
    #| end
    #| one of
    r_max = float(0.0)
    for i in range(ncts):
        r_max = wp.max(r_max, wp.abs(either(r_old[vio + i], b[vio + i] - Ap[vio + i])))
    residual_out[wid] = r_max
    iteration = iterations[wid] + 1
    iterations[wid] = iteration
    if r_max < tolerance:
        status[wid] = STATUS_DONE
    elif iteration >= max_iterations:
        status[wid] = STATUS_LIMIT
    #| 0.4
    else:
        wp.atomic_add(num_running, 0, 1)
    #| end
    #| or
    r_p = float(0.0)
    r_d = float(0.0)
    for i in range(ncts):
        # primal and dual residual
        r_p = wp.max(r_p, wp.abs(x_in[vio + i] - y_in[vio + i]))
        r_d = wp.max(r_d, penalty[wid] * wp.abs(y_in[vio + i] - y_old[vio + i]))
    primal_out[wid] = r_p
    dual_out[wid] = r_d
    iteration = iterations[wid] + 1
    iterations[wid] = iteration
    #| one of
    if r_p < both_tol and r_d < both_tol:
        status[wid] = STATUS_DONE
    #| or
    if wp.max(r_p, r_d) < both_tol:
        status[wid] = STATUS_DONE
    #| end
    elif iteration >= max_iterations:
        status[wid] = STATUS_LIMIT
    #| or
    r_sq = float(0.0)
    b_sq = float(0.0)
    for i in range(ncts):
        r_sq += r_old[vio + i] * r_old[vio + i]
        b_sq += b[vio + i] * b[vio + i]
    norm_r = wp.sqrt(r_sq)
    norm_b = wp.sqrt(b_sq)
    residual_out[wid] = norm_r
    iteration = iterations[wid] + 1
    iterations[wid] = iteration
    # relative to the right side, unless that is close to nothing
    if norm_r <= rel_tol * wp.max(norm_b, 1.0):
        status[wid] = STATUS_DONE
    #| 0.4
    elif norm_r > max_growth * norm_b:
        # it goes the wrong way
        status[wid] = STATUS_FAILED
    #| end
    elif iteration >= max_iterations:
        status[wid] = STATUS_LIMIT
    #| end
