"""Bodies of voxel_gradient for ``recipes/applications/volume_queries.py``."""

import warp as wp


def volume_gradient(AT, i, j, k, potential, slope_out, limit_length, max_slope, steepest):
    #| one of
    dx = AT(i + 1, j, k) - AT(i - 1, j, k)
    dy = AT(i, j + 1, k) - AT(i, j - 1, k)
    dz = AT(i, j, k + 1) - AT(i, j, k - 1)
    diff = wp.vec3(dx, dy, dz)
    #| or
    diff = wp.vec3(
        AT(i + 1, j, k) - AT(i - 1, j, k),
        AT(i, j + 1, k) - AT(i, j - 1, k),
        AT(i, j, k + 1) - AT(i, j, k - 1),
    )
    #| end
    #? a voxel's width along each axis
    spacing = wp.volume_index_to_world_dir(potential, wp.vec3(1.0, 1.0, 1.0))
    #| one of
    slope = 0.5 * wp.cw_div(diff, spacing)
    #| or
    slope = wp.cw_div(diff, 2.0 * spacing)
    #| end
    #| one of
    slope_out[i, j, k] = slope
    #| or
    slope_out[i, j, k] = limit_length(slope, max_slope)
    #| end
    #| 0.4
    wp.atomic_max(steepest, 0, wp.length(slope))
    #| end
