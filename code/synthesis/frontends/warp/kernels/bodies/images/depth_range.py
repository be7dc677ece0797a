"""Bodies of depth_range for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def find_depth_range(LEAVE, AT, depth, far, valid, ids, VIEW, range_min_out, range_max_out, depth_sum, pixel_count):
    LEAVE
    z = depth[AT]
    #| one of
    if z <= 0.0 or z > far:
        return
    #| or
    if not valid[AT]:
        return
    #| or
    if ids[AT] < 0:
        return
    #| end
    wp.atomic_min(range_min_out, VIEW, z)
    wp.atomic_max(range_max_out, VIEW, z)
    #| one of
    wp.atomic_add(depth_sum, VIEW, z)
    wp.atomic_add(pixel_count, VIEW, 1)
    #| or
    wp.atomic_add(pixel_count, VIEW, 1)
    #| or
    #| end


def accumulate_depth_error(
    LEAVE, AT, depth, over_depth, valid, VIEW, error_sum, error_max, depth_jump, outlier_count, pixel_count,
):
    LEAVE
    z = depth[AT]
    z_ref = over_depth[AT]
    #| one of
    #? both must have hit something
    if z <= 0.0 or z_ref <= 0.0:
        return
    #| or
    if not valid[AT]:
        return
    #| end
    error = wp.abs(z - z_ref)
    wp.atomic_add(error_sum, VIEW, either(error, error * error))
    #| one of
    wp.atomic_max(error_max, VIEW, error)
    #| or
    if error > depth_jump:
        wp.atomic_add(outlier_count, VIEW, 1)
    #| or
    #| end
    wp.atomic_add(pixel_count, VIEW, 1)
