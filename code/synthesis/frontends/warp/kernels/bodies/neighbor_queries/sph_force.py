"""Bodies of sph_force for ``recipes/applications/neighbor_queries.py``."""

import warp as wp


def sph_forces(IDLE, tid, x, AROUND, h, other, TINY, p_in, rho_in, mass, v, viscosity, accel_out, gravity):
    #| 0.3
    IDLE
    #| end
    pos = x[tid]
    accel = wp.vec3(0.0, 0.0, 0.0)
    for _ in AROUND(h):
        if other == tid:
            continue
        d = pos - x[other]
        r = wp.length(d)
        if r < TINY or r >= h:
            continue
        w = h - r
        #? the gradient of the spiky kernel
        grad = (-45.0 * w * w / (wp.pi * wp.pow(h, 6.0) * r)) * d
        #| one of
        p_term = (p_in[tid] + p_in[other]) / (2.0 * rho_in[tid] * rho_in[other])
        #| or
        p_term = p_in[tid] / (rho_in[tid] * rho_in[tid]) + p_in[other] / (rho_in[other] * rho_in[other])
        #| end
        accel -= mass[other] * p_term * grad
        #| one of
        laplacian = 45.0 * w / (wp.pi * wp.pow(h, 6.0))
        accel += (viscosity * mass[other] * laplacian / (rho_in[tid] * rho_in[other])) * (v[other] - v[tid])
        #| or
        #| end
    #| one of
    accel_out[tid] = accel
    #| or
    accel_out[tid] = accel+ gravity
    #| end


def separation_forces(tid, x, AROUND, h, other, TINY, v, alignment, f, separation):
    pos = x[tid]
    away = wp.vec3(0.0, 0.0, 0.0)
    v_sum = wp.vec3(0.0, 0.0, 0.0)
    num = int(0)
    for _ in AROUND(h):
        if other == tid:
            continue
        d = pos - x[other]
        r = wp.length(d)
        #| one of
        if r < h and r > TINY:
        #| or
        #: if r < h:
        #| end
            #| one of
            away += (1.0 - r / h) * d
            #| or
            away += (h - r) * d
            #| end
            v_sum += v[other]
            num += 1
    #| one of
    if num > 0:
        follow = v_sum / float(num) - v[tid]
        f[tid] += separation * away + alignment * follow
    #| or
    if num == 0:
        return
    f[tid] += separation * away + alignment * (v_sum / float(num) - v[tid])
    #| end
