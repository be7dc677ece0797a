"""Bodies of implicit_vertex for ``recipes/applications/vertices.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def implicit_vertex(
    dt, masses, tid, predicted, x0, first, adjacency, x, distance_between, TINY, rest_of, spacing, ke, ground, radius,
    kd, x_prev, x_out, limit, relax,
):
    #| one of
    # inertia pulls towards where the vertex would go freely
    m = masses[tid] / (dt * dt)
    force = (predicted[tid] - x0) * m
    hess = wp.diag(wp.vec3(m, m, m))
    #| or
    m = masses[tid] / (dt * dt)
    force = (predicted[tid] - x0) * m
    hess = m * wp.identity(n=3, dtype=float)
    #| end
    for k in range(first[tid], first[tid + 1]):
        nbr = adjacency[k]
        d = x0 - x[nbr]
        #| one of
        r = wp.length(d)
        #| or
        r = distance_between(x0, x[nbr])
        #| or
        r = distance_between(x0, x[nbr])
        #| end
        if r < TINY:
            continue
        c = r - either(rest_of[k], spacing)
        n = d / r
        #| 0.3
        # no push when compressed
        if c < 0.0:
            continue
        #| end
        force -= n * (ke * c)
        #| one of
        hess += ke * wp.outer(n, n)
        #| or
        # the perpendicular part keeps it positive
        hess += ke * wp.outer(n, n)
        if c > 0.0:
            hess += (wp.identity(n=3, dtype=float) - wp.outer(n, n)) * (ke * c / r)
        #| end
    #| 0.4
    # ground below the vertex
    depth = ground + radius[tid] - x0[2]
    if depth > 0.0:
        force += wp.vec3(0.0, 0.0, ke * depth)
        #| one of
        hess += wp.diag(wp.vec3(0.0, 0.0, ke))
        #| or
        hess[2, 2] = hess[2, 2] + ke
        #| end
    #| end
    #| 0.4
    # damping relative to the last step
    force -= (kd / dt) * (x0 - x_prev[tid])
    hess += (kd / dt) * wp.identity(n=3, dtype=float)
    #| end
    #| one of
    x_out[tid] = x0 + wp.inverse(hess) * force
    #| or
    step = wp.inverse(hess) * force
    #| one of
    if either(wp.length_sq(step) > limit * limit, wp.length(step) > limit):
        step = wp.normalize(step) * limit
    #| or
    #| end
    #| one of
    x_out[tid] = x0 + relax *step
    #| or
    x_out[tid] = x0 + step
    #| end
    #| end
