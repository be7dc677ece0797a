"""Bodies of updates for ``recipes/applications/stacked.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def cg_update_solution(ROWS, alpha, p, row, vio, wid, x, Ap, r_old, r_new, P, scaled, r_dot_z, r_dot_r):
    # rows beyond the dimension of the world
    ROWS
    x[vio + row] = x[vio + row] + alpha[wid] * p[vio + row]
    r_next = r_old[vio + row] - alpha[wid] * Ap[vio + row]
    r_new[vio + row] = r_next
    #| 0.6
    # preconditioned residual
    z = either(P[vio + row] * r_next, r_next / P[vio + row])
    scaled[vio + row] = z
    #| 0.6
    wp.atomic_add(r_dot_z, wid, r_next * z)
    #| end
    #| else
    wp.atomic_add(r_dot_r, wid, r_next * r_next)
    #| end


def cg_update_direction(ncts, row, r_dot_z_in, tolerance_sq, wid, r_dot_z_old, P, p, p_new, r_old, vio):
    #| one of
    if row >= ncts:
        return
    # converged entries stay unchanged
    if r_dot_z_in[wid] < tolerance_sq:
        return
    #| or
    if row >= ncts or r_dot_z_in[wid] < tolerance_sq:
        return
    #| end
    beta_k = r_dot_z_in[wid] / r_dot_z_old[wid]
    p_new[vio + row] = either(r_old[vio + row], P[vio + row] * r_old[vio + row]) + beta_k * p[vio + row]


def compute_residual(ROWS, row, vio, Ap, b, r_new, P, scaled, r_norm, wid, eta, x):
    ROWS
    index = vio + row
    #| one of
    r_next = b[index] - Ap[index]
    r_new[index] = r_next
    #| 0.6
    scaled[index] = either(P[index] * r_next, r_next / P[index])
    #| end
    wp.atomic_max(r_norm, wid, wp.abs(r_next))
    #| or
    r_next = b[index] - Ap[index] - eta[wid] * x[index]
    r_new[index] = r_next
    #| 0.6
    scaled[index] = either(P[index] * r_next, r_next / P[index])
    #| end
    wp.atomic_max(r_norm, wid, wp.abs(r_next))
    #| end


def apply_momentum(ROWS, row, vio, x, x_old, beta, min_beta, restart, wid, ahead, r_norm):
    ROWS
    step = x[vio + row] - x_old[vio + row]
    #| one of
    # Nesterov momentum with restart on increase
    #| one of
    if restart[wid] or beta[wid] <= min_beta:
    #| or
    #: if restart[wid]:
    #| end
        ahead[vio + row] = x[vio + row]
    else:
        ahead[vio + row] = x[vio + row] + beta[wid] * step
    #| or
    ahead[vio + row] = x[vio + row] + beta[wid] * step
    #| end
    #| 0.5
    wp.atomic_max(r_norm, wid, wp.abs(step))
    #| end
