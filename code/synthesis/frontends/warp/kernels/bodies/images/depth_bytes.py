"""Bodies of depth_bytes for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def depth_to_gray(
    LEAVE, AT, depth, far, near, gray_out, saturate, depth_shade, to_byte, invert, VIEW, range_max, range_min,
):
    LEAVE
    z = depth[AT]
    if either(z <= 0.0, z < near or z > far):
        #? nothing was hit
        gray_out[AT] = wp.uint8(0)
        return
    #| one of
    #? near objects are bright
    t = saturate((far - z) / (far - near))
    gray_out[AT] = wp.uint8(either(255.0 * t, 50.0 + 205.0 * t))
    #| or
    shade = depth_shade(z, near, far)
    #| one of
    gray_out[AT] = either(to_byte(shade), wp.uint8(255.0 * shade))
    #| or
    #? distant objects stay visible
    gray_out[AT] = wp.uint8(50.0 + 205.0 * shade)
    #| or
    if invert:
        shade = 1.0 - shade
    gray_out[AT] = wp.uint8(255.0 * shade)
    #| end
    #| or
    t = saturate((z - near) / (far - near))
    gray_out[AT] = wp.uint8(255.0 * (1.0 - t))
    #| or
    #? the range of each view
    t = (z - range_min[VIEW]) / wp.max(range_max[VIEW] - range_min[VIEW], 1.0e-6)
    gray_out[AT] = wp.uint8(255.0 * either(saturate(1.0 - t), saturate(1.0 - t), wp.clamp(1.0 - t, 0.0, 1.0)))
    #| or
    #? inverse depth, for more contrast nearby
    t = (1.0 / wp.max(z, near) - 1.0 / far) / (1.0 / near - 1.0 / far)
    gray_out[AT] = wp.uint8(255.0 * either(saturate(t), saturate(t), wp.clamp(t, 0.0, 1.0)))
    #| end


def depth_to_heatmap(
    LEAVE, AT, depth, far, near, VIEW_BYTES, bytes_out, saturate, depth_shade, far_color, near_color, mid_color,
    to_byte,
):
    LEAVE
    z = depth[AT]
    if either(z <= 0.0, z <= near or z >= far):
        for k in range(3):
            bytes_out[VIEW_BYTES, k] = wp.uint8(0)
        #| one of
        bytes_out[VIEW_BYTES, 3] = wp.uint8(0)
        #| or
        #| end
        return
    #| one of
    t = saturate((z - near) / (far - near))
    #| or
    t = 1.0 - depth_shade(z, near, far)
    #| end
    #| one of
    c = wp.lerp(near_color, far_color, t)
    #| or
    c = wp.vec3(0.0, 0.0, 0.0)
    if t < 0.5:
        c = wp.lerp(near_color, mid_color, 2.0 * t)
    else:
        c = wp.lerp(mid_color, far_color, 2.0 * t - 1.0)
    #| end
    for k in range(3):
        bytes_out[VIEW_BYTES, k] = either(to_byte(c[k]), wp.uint8(255.0 * c[k]))
    #| one of
    bytes_out[VIEW_BYTES, 3] = wp.uint8(255)
    #| or
    #| end
