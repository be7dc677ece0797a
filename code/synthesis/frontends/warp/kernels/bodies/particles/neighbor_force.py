"""Bodies of neighbor_force for ``recipes/applications/particles.py``."""

import warp as wp


def neighbor_force(active, tid, f, x, LOOP, nbr, phase, TINY, cutoff, ks, mass, mu, v, pressure, gravity, added):
    #| 0.12
    if active[tid] == 0:
        f[tid] = wp.vec3(0.0, 0.0, 0.0)
        return
    #| end
    x0 = x[tid]
    total = wp.vec3(0.0, 0.0, 0.0)
    for _ in LOOP:
        #| 0.15
        if phase[nbr] != phase[tid]:
            continue
        #| end
        d = x0 - x[nbr]
        r = wp.length(d)
        #| one of
        if r >= cutoff or r < TINY:
            continue
        #| or
        if r < TINY or r > cutoff:
            continue
        #| end
        #| one of
        # repulsion that ends at the cutoff
        total += d * (ks * (cutoff - r) / r)
        #| or
        n = d / r
        total += n * (ks * (cutoff - r))
        #| or
        w = 1.0 - r / cutoff
        total += d / r * (ks * w * w)
        #| or
        # viscosity: towards the velocity of the neighbour
        total += (v[nbr] - v[tid]) * (mu * mass[nbr] * (cutoff - r))
        #| or
        #| one of
        n = d / r
        vn = wp.dot(v[tid] - v[nbr], n)
        total += n * (ks * (cutoff - r) - mu * vn)
        #| or
        n = wp.normalize(d)
        total += n * (ks * (cutoff - r))
        total -= (v[tid] - v[nbr]) * mu
        #| end
        #| or
        # pressure of both sides
        w = cutoff - r
        total += d / r * (0.5 * mass[nbr] * (pressure[tid] + pressure[nbr]) * w * w)
        #| end
    #| one of
    f[tid] = total
    #| or
    f[tid] = total + gravity[0] * mass[tid]
    #| or
    added[tid] += total
    #| end
