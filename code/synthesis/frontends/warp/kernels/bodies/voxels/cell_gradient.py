"""Bodies of cell_gradient for ``recipes/applications/voxels.py``."""

import warp as wp


def cell_gradient(i, j, k, nx, ny, nz, gradient, field, inv_width, active_out, steep, steepest):
    #| one of
    #? the border has no neighbours
    if i == 0 or j == 0 or k == 0 or i >= nx - 1 or j >= ny - 1 or k >= nz - 1:
        gradient[i, j, k] = wp.vec3(0.0, 0.0, 0.0)
        return
    gx = field[i + 1, j, k] - field[i - 1, j, k]
    gy = field[i, j + 1, k] - field[i, j - 1, k]
    gz = field[i, j, k + 1] - field[i, j, k - 1]
    g = wp.vec3(gx, gy, gz) * (0.5 * inv_width)
    #| or
    #? central differences, one-sided at the border
    i0 = wp.max(i - 1, 0)
    j0 = wp.max(j - 1, 0)
    k0 = wp.max(k - 1, 0)
    i1 = wp.min(i + 1, nx - 1)
    j1 = wp.min(j + 1, ny - 1)
    k1 = wp.min(k + 1, nz - 1)
    gx = (field[i1, j, k] - field[i0, j, k]) / float(i1 - i0)
    gy = (field[i, j1, k] - field[i, j0, k]) / float(j1 - j0)
    gz = (field[i, j, k1] - field[i, j, k0]) / float(k1 - k0)
    g = wp.vec3(gx, gy, gz) * inv_width
    #| 0.4
    # refinement target
    active_out[i, j, k] = 1 if wp.length(g) > steep else 0
    #| end
    #| or
    #| one of
    i1 = wp.min(i + 1, field.shape[0] - 1)
    j1 = wp.min(j + 1, field.shape[1] - 1)
    k1 = wp.min(k + 1, field.shape[2] - 1)
    #| or
    i1 = (i + 1) % field.shape[0]
    j1 = (j + 1) % field.shape[1]
    k1 = (k + 1) % field.shape[2]
    #| end
    gx = field[i1, j, k] - field[i, j, k]
    gy = field[i, j1, k] - field[i, j, k]
    gz = field[i, j, k1] - field[i, j, k]
    g = wp.vec3(gx, gy, gz) * inv_width
    #| 0.4
    # refinement target
    active_out[i, j, k] = 1 if wp.length(g) > steep else 0
    #| end
    #| end
    gradient[i, j, k] = g
    #| 0.2
    wp.atomic_max(steepest, 0, wp.length(g))
    #| end
