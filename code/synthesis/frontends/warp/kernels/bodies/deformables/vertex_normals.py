"""Bodies of vertex_normals for ``recipes/applications/deformables.py``."""

import warp as wp


def vertex_normals(xi, xj, xk, TINY, SLIVER, i, normals, j, k, FACE):
    c = wp.cross(xj - xi, xk - xi)
    #| 0.5
    area = 0.5 * wp.length(c)
    # slivers are ignored
    if area < TINY:
        SLIVER
        return
    #| end
    #| one of
    # weighted by area, which the length of the cross product is
    n = c
    #| or
    n = wp.normalize(c)
    #| or
    n = 0.5 * c
    #| end
    wp.atomic_add(normals, i, n)
    wp.atomic_add(normals, j, n)
    wp.atomic_add(normals, k, n)
    FACE
