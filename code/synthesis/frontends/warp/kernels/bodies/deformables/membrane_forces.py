"""Bodies of membrane_forces for ``recipes/applications/deformables.py``."""

import warp as wp


def membrane_forces(xi, xj, xk, TINY, broken_in, tid, MEMBRANE, f, fi, i, fj, j, fk, k):
    e1 = xj - xi
    e2 = xk - xi
    c = wp.cross(e1, e2)
    area = 0.5 * wp.length(c)
    # degenerate triangles have no normal
    if area < TINY:
        return
    #| 0.5
    if broken_in[tid] != 0:
        return
    #| end
    n = c / (2.0 * area)
    MEMBRANE
    wp.atomic_add(f, i, fi)
    wp.atomic_add(f, j, fj)
    wp.atomic_add(f, k, fk)
