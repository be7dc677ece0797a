"""Bodies of gradient for ``recipes/applications/particles.py``."""

import warp as wp


def gradient(SPLIT, NX, field, x, y, NY, grad, h, tid, laplacian, grad_x, grad_y):
    SPLIT
    #| one of
    east = field[y * NX + wp.min(x + 1, NX - 1)]
    west = field[y * NX + wp.max(x - 1, 0)]
    north = field[wp.min(y + 1, NY - 1) * NX + x]
    south = field[wp.max(y - 1, 0) * NX + x]
    #| or
    #? periodic in both directions
    east = field[y * NX + (x + 1) % NX]
    west = field[y * NX + (x + NX - 1) % NX]
    north = field[((y + 1) % NY) * NX + x]
    south = field[((y + NY - 1) % NY) * NX + x]
    #| end
    #| one of
    grad[tid] = wp.vec2(east - west, north - south) / (2.0 * h)
    #| one of
    laplacian[tid] = (east + west + north + south - 4.0 * field[tid]) / (h * h)
    #| or
    #| end
    #| or
    grad_x[tid] = (east - west) / (2.0 * h)
    grad_y[tid] = (north - south) / (2.0 * h)
    #| end
