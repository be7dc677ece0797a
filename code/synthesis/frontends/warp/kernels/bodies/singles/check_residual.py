"""Bodies of check_residual for ``recipes/applications/singles.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def cg_update_beta(
    iteration, rr, abs_tol, is_converged, rhs_norm, tol, converged, max_iterations, done, beta, rz_new, rz_old,
    residual_norm,
):
    iteration[0] += 1
    norm = wp.sqrt(rr[0])
    #| one of
    if either(norm < tol * rhs_norm[0], is_converged(norm, rhs_norm[0], abs_tol, tol)):
        converged[0] = 1
    elif iteration[0] >= max_iterations:
        #| 0.5
        wp.printf("no convergence after %d iterations\n", iteration[0])
        #| end
        converged[0] = -1
    else:
        converged[0] = 0
    #| or
    if either(norm < tol * rhs_norm[0], is_converged(norm, rhs_norm[0], abs_tol, tol)) or iteration[0] >= max_iterations:
        done[0] = 1
    #| end
    beta[0] = rz_new[0] / rz_old[0]
    rz_old[0] = rz_new[0]
    #| 0.5
    residual_norm[0] = norm
    #| end


def cg_update_alpha(p_ap, iteration, alpha_out, converged, rz_old, rr, rz_new):
    #| one of
    #? the matrix is not positive along this direction
    if p_ap[0] <= 0.0:
        #| 0.5
        wp.printf("not positive definite at iteration %d\n", iteration[0])
        #| end
        alpha_out[0] = 0.0
        converged[0] = -1
        return
    alpha_out[0] = rz_old[0] / p_ap[0]
    #| or
    alpha = float(0.0)
    if p_ap[0] > 0.0:
        alpha = rz_old[0] / p_ap[0]
    else:
        #| 0.5
        wp.printf("not positive definite at iteration %d\n", iteration[0])
        #| end
        converged[0] = -1
    alpha_out[0] = alpha
    #| end
    #| 0.6
    # clears the accumulators of the next products
    rr[0] = 0.0
    rz_new[0] = 0.0
    #| end
    iteration[0] += 1


def check_convergence(
    rr, iteration, best_norm, min_gain, num_stalled, norm_tol, CONVERGED, status, divergence, rhs_norm, DIVERGED,
    max_iterations, patience, STALLED, RUNNING, best_iteration,
):
    norm = wp.sqrt(rr[0])
    iteration[0] += 1
    #| one of
    if norm < (1.0 - min_gain) * best_norm[0]:
        best_norm[0] = norm
        num_stalled[0] = 0
    else:
        num_stalled[0] += 1
    if norm < norm_tol:
        status[0] = CONVERGED
    elif norm > divergence * rhs_norm[0]:
        status[0] = DIVERGED
    elif either(num_stalled[0] > patience, num_stalled[0] > patience or iteration[0] >= max_iterations):
        status[0] = STALLED
    else:
        status[0] = RUNNING
    #| or
    if norm < best_norm[0]:
        best_norm[0] = norm
        best_iteration[0] = iteration[0]
    if norm < norm_tol:
        status[0] = CONVERGED
    elif norm > divergence * rhs_norm[0]:
        status[0] = DIVERGED
    elif either(iteration[0] - best_iteration[0] > patience, iteration[0] >= max_iterations):
        status[0] = STALLED
    else:
        status[0] = RUNNING
    #| end


def update_penalty(
    iteration, rr, dual_sq, penalty, converged, norm_tol, update_every, balance, is_fixed, num_updates, TINY,
):
    iteration[0] += 1
    r_p = wp.sqrt(rr[0])
    r_d = either(penalty[0] * wp.sqrt(dual_sq[0]), wp.sqrt(dual_sq[0]))
    #| one of
    converged[0] = 1 if r_p < norm_tol and r_d < norm_tol else 0
    #| or
    converged[0] = 0
    if wp.max(r_p, r_d) < norm_tol:
        converged[0] = 1
    #| or
    if r_p < norm_tol and r_d < norm_tol:
        converged[0] = 1
    else:
        converged[0] = 0
    #| end
    #| one of
    if iteration[0] % update_every != 0:
        return
    #| or
    #| end
    #| one of
    if r_p > balance * r_d:
        penalty[0] = 2.0 * penalty[0]
    elif r_d > balance * r_p:
        penalty[0] = 0.5 * penalty[0]
    #| or
    #| one of
    if r_p > balance * r_d and not is_fixed:
    #| or
    #: if r_p > balance * r_d :
    #| end
        #| one of
        penalty[0] *= 2.0
        #| or
        penalty[0] = penalty[0] * 2.0
        #| end
        num_updates[0] += 1
    #| one of
    elif r_d > balance * r_p and not is_fixed:
    #| or
    #: elif r_d > balance * r_p :
    #| end
        #| one of
        penalty[0] *= 0.5
        #| or
        penalty[0] = penalty[0] / 2.0
        #| end
        num_updates[0] += 1
    #| or
    #? only where the two are far apart
    factor = wp.sqrt(r_p / wp.max(r_d, TINY))
    if factor > balance or factor * balance < 1.0:
        penalty[0] = either(factor * penalty[0], wp.clamp(factor, 0.5, 2.0) * penalty[0])
        #| one of
        num_updates[0] += 1
        #| or
        #| end
    #| end


def newton_check(
    rr, iteration, abs_tol, is_converged, rhs_norm, tol, CONVERGED, status, divergence, last_norm, DIVERGED,
    num_failed, max_iterations, STALLED, RUNNING, keep_ratio, refactor,
):
    norm = wp.sqrt(rr[0])
    iteration[0] += 1
    #| one of
    if is_converged(norm, rhs_norm[0], abs_tol, tol):
    #| or
    #: if norm < norm_tol:
    #| end
        status[0] = CONVERGED
    elif either(norm > divergence * rhs_norm[0], iteration[0] > 2 and norm > divergence * last_norm[0]):
        status[0] = DIVERGED
        #| 0.5
        num_failed[0] += 1
        #| end
    elif iteration[0] >= max_iterations:
        status[0] = STALLED
    #| one of
    else:
        status[0] = RUNNING
        #? the matrix is reused while it is valid
        if norm > keep_ratio * last_norm[0]:
            refactor[0] = 1
        else:
            refactor[0] = 0
    #| or
    #: else:
    #:     status[0] = RUNNING
    #| end
    last_norm[0] = norm
