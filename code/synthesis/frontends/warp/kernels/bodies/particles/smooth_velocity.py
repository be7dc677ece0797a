"""Bodies of smooth_velocity for ``recipes/applications/particles.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def smooth_velocity(active, tid, v, v_out, x, LOOP, nbr, cutoff, mass, blend, TINY, phase, dt, x_out):
    #| 0.12
    if active[tid] == 0:
        v_out[tid] = v[tid]
        return
    #| end
    x0 = x[tid]
    #| one of
    total = wp.vec3(0.0, 0.0, 0.0)
    weight = float(0.0)
    for _ in LOOP:
        r = wp.length(x0 - x[nbr])
        if r >= cutoff:
            continue
        w = either(1.0 - r / cutoff, cutoff - r, mass[nbr] * (cutoff - r))
        total += w * (v[nbr] - v[tid])
        weight += w
    #| one of
    new = v[tid]
    if weight > 0.0:
        new = v[tid] + blend * total / weight
    #| or
    new = v[tid] + total * (blend / wp.max(weight, TINY))
    #| end
    #| or
    total = v[tid]
    num = int(1)
    for _ in LOOP:
        #| 0.15
        if phase[nbr] != phase[tid]:
            continue
        #| end
        if either(wp.length_sq(x0 - x[nbr]) < cutoff * cutoff, wp.length(x0 - x[nbr]) < cutoff):
            total += v[nbr]
            num += 1
    #| one of
    new = total / float(num)
    #| or
    new = wp.lerp(v[tid], total / float(num), blend)
    #| or
    new = (1.0 - blend) * v[tid] + blend * total / float(num)
    #| end
    #| end
    v_out[tid] = new
    #| 0.3
    x_out[tid] = x0 + new * dt
    #| end
