"""Bodies of gauss_seidel for ``recipes/applications/stacked.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def gauss_seidel(
    status, wid, world_mask, problem_mio, problem_nl, problem_nc, A, min_diagonal, b, vio, x, omega, max_impulse,
    problem_lcio, problem_mu, clamp_symmetric, row_lower, row_upper, residual_out, sweep_tol, STATUS_DONE, iterations,
):
    #| 0.7
    if either(not world_mask[wid] or status[wid] != 0, status[wid] != 0, not world_mask[wid]):
        return
    #| end
    mio = problem_mio[wid]
    nl = problem_nl[wid]
    #| one of
    size = nl + 3 * problem_nc[wid]
    #| or
    nc = problem_nc[wid]
    size = nl + 3 * nc
    #| end
    change = float(0.0)
    for i in range(size):
        D_ii = A[mio + (size + 1) * i]
        #? nothing to divide by
        if D_ii < min_diagonal:
            continue
        value = b[vio + i]
        #| one of
        for j in range(size):
            value += A[mio + i * size + j] * x[vio + j]
        lam_next = x[vio + i] - omega * value / D_ii
        #| or
        # excluding itself
        for j in range(size):
            if j != i:
                value += A[mio + i * size + j] * x[vio + j]
        lam_next = -value / D_ii
        #| end
        #| one of
        if i < nl:
            # limits only push
            lam_next = wp.clamp(lam_next, 0.0, max_impulse)
        elif (i - nl) % 3 == 2:
            lam_next = wp.clamp(lam_next, 0.0, max_impulse)
        else:
            # friction: two rows before that of the normal
            first = nl + 3 * ((i - nl) // 3)
            most = wp.max(problem_mu[problem_lcio[wid] + (i - nl) // 3] * x[vio + first + 2], 0.0)
            lam_next = clamp_symmetric(lam_next, most)
        #| or
        lam_next = wp.clamp(lam_next, row_lower[vio + i], row_upper[vio + i])
        #| or
        if lam_next < row_lower[vio + i]:
            lam_next = row_lower[vio + i]
        elif lam_next > row_upper[vio + i]:
            lam_next = row_upper[vio + i]
        #| or
        #? a limit pushes only, a joint also pulls
        if i < nl and lam_next < 0.0:
            lam_next = 0.0
        lam_next = clamp_symmetric(lam_next, max_impulse)
        #| end
        #| one of
        change = wp.max(change, wp.abs(lam_next - x[vio + i]))
        #| or
        step = wp.abs(lam_next - x[vio + i])
        if step > change:
            change = step
        #| end
        x[vio + i] = lam_next
    residual_out[wid] = change
    #| 0.5
    if change < sweep_tol:
        status[wid] = STATUS_DONE
    iterations[wid] += 1
    #| end
