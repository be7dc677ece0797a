"""Bodies of neighbors for ``recipes/applications/fields.py``."""

import warp as wp


def neighbors(x, here, q, y, nx, ny):
    #| one of
    laplacian = float(0.0)
    #| one of
    if x > 0:
        laplacian += q[x - 1, y] - here
    if x < nx - 1:
        laplacian += q[x + 1, y] - here
    if y > 0:
        laplacian += q[x, y - 1] - here
    if y < ny - 1:
        laplacian += q[x, y + 1] - here
    #| or
    laplacian += q[wp.max(x - 1, 0), y] + q[wp.min(x + 1, nx - 1), y] - 2.0 * here
    laplacian += q[x, wp.max(y - 1, 0)] + q[x, wp.min(y + 1, ny - 1)] - 2.0 * here
    #| end
    #| or
    #| one of
    left = q[wp.max(x - 1, 0), y]
    right = q[wp.min(x + 1, nx - 1), y]
    low = q[x, wp.max(y - 1, 0)]
    high = q[x, wp.min(y + 1, ny - 1)]
    #| or
    left = q[(x + nx - 1) % nx, y]
    right = q[(x + 1) % nx, y]
    low = q[x, (y + ny - 1) % ny]
    high = q[x, (y + 1) % ny]
    #| end
    laplacian = left + right + low + high - 4.0 * here
    #| end
