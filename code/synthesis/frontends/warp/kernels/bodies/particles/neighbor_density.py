"""Bodies of neighbor_density for ``recipes/applications/particles.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def neighbor_density(
    active, tid, density, rest_density, x, cutoff, mass, LOOP, nbr, phase, POWER, VOLUME, ks, pressure_out,
    constraint,
):
    #| 0.12
    if active[tid] == 0:
        density[tid] = either(0.0, rest_density)
        return
    #| end
    x0 = x[tid]
    #? itself first
    #| one of
    total = mass[tid] * wp.pow(cutoff, 6.0)
    for _ in LOOP:
        #| 0.15
        if phase[nbr] != phase[tid]:
            continue
        #| end
        #? the poly6 kernel
        r2 = wp.length_sq(x0 - x[nbr])
        if r2 < cutoff * cutoff:
            w = cutoff * cutoff - r2
            total += mass[nbr] * w * w * w
    total *= 315.0 / (64.0 * wp.pi * wp.pow(cutoff, 9.0))
    #| or
    total = float(mass[tid])
    for _ in LOOP:
        #| 0.15
        if phase[nbr] != phase[tid]:
            continue
        #| end
        r = wp.length(x0 - x[nbr])
        #| one of
        if r >= cutoff:
            continue
        w = 1.0 - r / cutoff
        total += mass[nbr] * POWER
        #| or
        if r < cutoff:
            w = 1.0 - r / cutoff
            total += mass[nbr] * POWER
        #| end
    #? the volume of the kernel
    total *= VOLUME / (wp.pi * cutoff * cutoff * cutoff)
    #| end
    density[tid] = total
    #| 0.4
    #| one of
    pressure_out[tid] = ks * wp.max(total - rest_density, 0.0)
    #| or
    constraint[tid] = total / rest_density - 1.0
    #| end
    #| end
