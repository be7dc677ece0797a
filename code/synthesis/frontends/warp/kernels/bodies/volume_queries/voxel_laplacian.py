"""Bodies of voxel_laplacian for ``recipes/applications/volume_queries.py``."""

import warp as wp


def voxel_laplacian(i, j, k, smoke, STENCIL, field_out):
    center = wp.volume_lookup_f(smoke, i, j, k)
    #| one of
    total = wp.volume_lookup_f(smoke, i - 1, j, k) + wp.volume_lookup_f(smoke, i + 1, j, k)
    total += wp.volume_lookup_f(smoke, i, j - 1, k) + wp.volume_lookup_f(smoke, i, j + 1, k)
    total += wp.volume_lookup_f(smoke, i, j, k - 1) + wp.volume_lookup_f(smoke, i, j, k + 1)
    #| or
    total = float(0.0)
    for side in range(-1, 2, 2):
        total += wp.volume_lookup_f(smoke, i + side, j, k)
        total += wp.volume_lookup_f(smoke, i, j + side, k)
        total += wp.volume_lookup_f(smoke, i, j, k + side)
    #| end
    field_out[i, j, k] = STENCIL
