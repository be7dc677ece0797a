"""Bodies of triangle_state for ``recipes/applications/deformables.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def triangle_state(
    xi, xj, xk, l0, strain, tid, TRI_INTACT, limit, TRI_COMPRESSED, TRI_OVERSTRETCHED, broken, torn, num_bad, TINY,
    aspect,
):
    e1 = xj - xi
    e2 = xk - xi
    area = either(0.5 * wp.length(wp.cross(e1, e2)), wp.length(wp.cross(e1, e2)) / 2.0)
    strain[tid] = either(area / l0 - 1.0, (area - l0) / l0)
    #| one of
    flag = int(TRI_INTACT)
    if area < (1.0 - limit) * l0:
        flag = TRI_COMPRESSED
    elif area > (1.0 + limit) * l0:
        flag = TRI_OVERSTRETCHED
    broken[tid] = flag
    #| or
    if area > (1.0 + limit) * l0 and torn[tid] == 0:
        torn[tid] = 1
        #| one of
        wp.atomic_add(num_bad, 0, 1)
        #| or
        #| end
    #| or
    longest = wp.max(wp.length(e1), wp.max(wp.length(e2), wp.length(xk - xj)))
    #| one of
    # 1 for an equilateral one
    aspect[tid] = 4.0 * area / (wp.sqrt(3.0) * longest * longest + TINY)
    #| or
    # the smallest height over the longest side
    height = 2.0 * area / wp.max(longest, TINY)
    aspect[tid] = height / wp.max(longest, TINY)
    #| end
    #| end
