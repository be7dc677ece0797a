"""Bodies of projections for ``recipes/applications/deformables.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def solve_springs(
    wi, wj, TINY, length, l0, dt, k_e, lam, tid, k_d, n, vi, vj, relax, clamp_symmetric, max_dx, dx, i, j, degree,
):
    wsum = wi + wj
    # both ends are fixed
    if either(wsum <= 0.0, wsum < TINY, wsum == 0.0):
        return
    #| 0.75
    if length < TINY:
        return
    #| end
    c = length - l0
    #| 0.5
    # a rope is slack when it is shorter
    #| one of
    if c <= 0.0:
    #| or
    #: if c < 0.0:
    #| end
        return
    #| end
    #| one of
    alpha = 1.0 / (k_e * dt * dt)
    dlam = (-c - alpha * lam[tid]) / (wsum + alpha)
    lam[tid] = lam[tid] + dlam
    #| or
    # compliant and damped
    alpha = 1.0 / (k_e * dt * dt)
    gamma = k_d / (k_e * dt)
    rate = wp.dot(n, vi - vj) * dt
    dlam = (-c - alpha * lam[tid] - gamma * rate) / ((1.0 + gamma) * wsum + alpha)
    lam[tid] = lam[tid] + dlam
    #| or
    #| one of
    dlam = -relax *c / wsum
    #| or
    dlam = -c / wsum
    #| end
    #| or
    #| one of
    # do not overshoot
    c = either(wp.clamp(c, -max_dx, max_dx), clamp_symmetric(c, max_dx))
    #| or
    if wp.abs(c) > max_dx:
        c = wp.sign(c) * max_dx
    #| end
    dlam = -c / wsum
    #| end
    #| one of
    wp.atomic_add(dx, i, n * (wi * dlam))
    #| one of
    wp.atomic_add(dx, j, -n * (wj * dlam))
    #| or
    wp.atomic_sub(dx, j, n * (wj * dlam))
    #| end
    #| or
    # fixed particles take no correction
    if wi > 0.0:
        wp.atomic_add(dx, i, n * (wi * dlam))
    if wj > 0.0:
        #| one of
        wp.atomic_add(dx, j, -n * (wj * dlam))
        #| or
        wp.atomic_sub(dx, j, n * (wj * dlam))
        #| end
    #| end
    #| 0.25
    # the sum is divided by how many there are
    wp.atomic_add(degree, i, 1)
    wp.atomic_add(degree, j, 1)
    #| end
