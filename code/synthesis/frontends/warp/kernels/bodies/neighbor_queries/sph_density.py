"""Bodies of sph_density for ``recipes/applications/neighbor_queries.py``."""

import warp as wp


def compute_density(tid, x, AROUND, h, other, mass, density, rest_density, pressure, stiffness):
    pos = x[tid]
    rho = float(0.0)
    #| one of
    for _ in AROUND(h):
        r_sq = wp.length_sq(pos - x[other])
        if r_sq < h * h:
            w = h * h - r_sq
            rho += mass[other] * w * w * w
    rho *= 315.0 / (64.0 * wp.pi * wp.pow(h, 9.0))
    #| or
    for _ in AROUND(h):
        r = wp.length(pos - x[other])
        if r < h:
            q = 1.0 - r / h
            rho += mass[other] * q * q * q
    #? the volume of the kernel
    rho *= 15.0 / (wp.pi * h * h * h)
    #| or
    for _ in AROUND(h):
        r = wp.length(pos - x[other])
        #? a cubic spline
        q = 2.0 * r / h
        if q < 1.0:
            rho += mass[other] * (2.0 / 3.0 - q * q + 0.5 * q * q * q)
        elif q < 2.0:
            rho += mass[other] * (2.0 - q) * (2.0 - q) * (2.0 - q) / 6.0
    rho *= 12.0 / (wp.pi * h * h * h)
    #| end
    #| one of
    density[tid] = rho
    #| or
    # never less than at rest, so that the surface does not pull
    density[tid] = wp.max(rho, rest_density)
    #| or
    density[tid] = rho
    pressure[tid] = stiffness * wp.max(rho - rest_density, 0.0)
    #| or
    density[tid] = rho
    #? no attraction
    if rho > rest_density:
        ratio = rho / rest_density
        pressure[tid] = stiffness * (ratio * ratio * ratio - 1.0)
    else:
        pressure[tid] = 0.0
    #| end


def smooth_velocities(IDLE, tid, x, AROUND, h, other, mass, v, blend, v_out, rho_in):
    IDLE
    pos = x[tid]
    #| one of
    w_sum = float(0.0)
    v_sum = wp.vec3(0.0, 0.0, 0.0)
    for _ in AROUND(h):
        r = wp.length(pos - x[other])
        if r < h:
            w = 1.0 - r / h
            w_sum += mass[other] * w
            v_sum += mass[other] * w * v[other]
    if w_sum > 0.0:
        v_out[tid] = wp.lerp(v[tid], v_sum / w_sum, blend)
    else:
        v_out[tid] = v[tid]
    #| or
    change = wp.vec3(0.0, 0.0, 0.0)
    for _ in AROUND(h):
        r = wp.length(pos - x[other])
        if r < h and other != tid:
            #? normalized kernel
            #| one of
            d_sq = h * h - r * r
            w = 315.0 / (64.0 * wp.pi * wp.pow(h, 9.0)) * d_sq * d_sq * d_sq
            #| or
            q = 1.0 - r / h
            w = 15.0 / (wp.pi * h * h * h) * q * q * q
            #| end
            #| one of
            change += (mass[other] / rho_in[other]) * w * (v[other] - v[tid])
            #| or
            rho_mean = 0.5 * (rho_in[tid] + rho_in[other])
            change += (mass[other] / rho_mean) * w * (v[other] - v[tid])
            #| end
    v_out[tid] = v[tid] + blend * change
    #| end


def compute_lambda(tid, x, AROUND, h, other, mass, TINY, rest_sum, lam, relaxation):
    pos = x[tid]
    rho = float(0.0)
    grad_sq = float(0.0)
    grad_i = wp.vec3(0.0, 0.0, 0.0)
    for _ in AROUND(h):
        d = pos - x[other]
        r = wp.length(d)
        if r < h:
            q = 1.0 - r / h
            rho += mass[other] * q * q * q
            if r > TINY:
                g = (-3.0 * mass[other] * q * q / (h * rest_sum * r)) * d
                grad_i += g
                grad_sq += wp.dot(g, g)
    c = rho / rest_sum - 1.0
    #| one of
    # only compressed particles are moved
    if c < 0.0:
        lam[tid] = 0.0
        return
    #| or
    #| end
    lam[tid] = -c / (grad_sq + wp.dot(grad_i, grad_i) + relaxation)
