"""Bodies of pack_colors for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def pack_rgba(
    LEAVE, AT, rgb, ids, bits_out, pack_color, opacity, clear_value, exposure, tone_map, background, linear_to_srgb,
    saturate,
):
    LEAVE
    c = rgb[AT]
    #| one of
    #| one of
    alpha = float(1.0)
    if ids[AT] < 0:
        #? nothing was hit: the background shows through
        alpha = 0.0
    bits_out[AT] = pack_color(c, alpha)
    #| or
    if ids[AT] < 0 or opacity[AT] <= 0.0:
        bits_out[AT] = clear_value
    else:
        bits_out[AT] = pack_color(c, opacity[AT])
    #| or
    bits_out[AT] = pack_color(tone_map(c, exposure), 1.0)
    #| or
    if ids[AT] >= 0:
        bits_out[AT] = pack_color(c, opacity[AT])
    else:
        bits_out[AT] = pack_color(background, 0.0)
    #| or
    c = wp.vec3(linear_to_srgb(wp.max(c[0], 0.0)), linear_to_srgb(wp.max(c[1], 0.0)),                 linear_to_srgb(wp.max(c[2], 0.0)))
    bits_out[AT] = pack_color(c, 1.0)
    #| end
    #| or
    #| one of
    red = wp.uint32(saturate(c[0]) * 255.0)
    green = wp.uint32(saturate(c[1]) * 255.0)
    blue = wp.uint32(saturate(c[2]) * 255.0)
    #| or
    c = 255.0 * wp.max(wp.min(c, wp.vec3(1.0, 1.0, 1.0)), wp.vec3(0.0, 0.0, 0.0))
    red = wp.uint32(c[0])
    green = wp.uint32(c[1])
    blue = wp.uint32(c[2])
    #| end
    #| one of
    alpha = wp.uint32(255)
    if ids[AT] < 0:
        #? nothing was hit: the background shows through
        alpha = wp.uint32(0)
    bits_out[AT] = red | (green << wp.uint32(8)) | (blue << wp.uint32(16)) | (alpha << wp.uint32(24))
    #| or
    alpha = wp.uint32(either(saturate(opacity[AT]), saturate(opacity[AT]), wp.clamp(opacity[AT], 0.0, 1.0)) * 255.0)
    bits_out[AT] = (alpha << wp.uint32(24)) | (blue << wp.uint32(16)) | (green << wp.uint32(8)) | red
    #| or
    bits_out[AT] = wp.uint32(0xFF000000) | red | (green << wp.uint32(8)) | (blue << wp.uint32(16))
    #| end
    #| end


def image_to_bytes(LEAVE, AT, rgb, VIEW_BYTES, bytes_out, to_byte, exposure, tone_map, saturate, ids, opacity):
    LEAVE
    c = rgb[AT]
    #| one of
    for k in range(3):
        bytes_out[VIEW_BYTES, k] = to_byte(c[k])
    #| or
    #| 0.4
    c = tone_map(c, exposure)
    #| end
    bytes_out[VIEW_BYTES, 0] = to_byte(c[0])
    bytes_out[VIEW_BYTES, 1] = to_byte(c[1])
    bytes_out[VIEW_BYTES, 2] = to_byte(c[2])
    #| or
    for k in range(3):
        bytes_out[VIEW_BYTES, k] = wp.uint8(either(saturate(c[k]), saturate(c[k]), wp.clamp(c[k], 0.0, 1.0)) * 255.0)
    #| or
    bytes_out[VIEW_BYTES, 0] = wp.uint8(saturate(c[0]) * 255.0)
    bytes_out[VIEW_BYTES, 1] = wp.uint8(saturate(c[1]) * 255.0)
    bytes_out[VIEW_BYTES, 2] = wp.uint8(saturate(c[2]) * 255.0)
    #| end
    #| one of
    bytes_out[VIEW_BYTES, 3] = wp.uint8(255)
    #| or
    if ids[AT] < 0:
        bytes_out[VIEW_BYTES, 3] = wp.uint8(0)
    else:
        bytes_out[VIEW_BYTES, 3] = wp.uint8(255)
    #| or
    bytes_out[VIEW_BYTES, 3] = either(to_byte(opacity[AT]), wp.uint8(saturate(opacity[AT]) * 255.0))
    #| end


def encode_srgb(LEAVE, AT, rgb, saturate, VIEW_BYTES, bytes_out, linear_to_srgb, to_byte, opacity):
    LEAVE
    c = rgb[AT]
    for k in range(3):
        linear = either(saturate(c[k]), saturate(c[k]), wp.clamp(c[k], 0.0, 1.0))
        #| one of
        #| one of
        #| one of
        bytes_out[VIEW_BYTES, k] = wp.uint8(255.0 * linear_to_srgb(linear))
        #| or
        bytes_out[VIEW_BYTES, k] = wp.uint8(255.0 * linear_to_srgb(linear)+ 0.5)
        #| end
        #| or
        bytes_out[VIEW_BYTES, k] = to_byte(linear_to_srgb(linear))
        #| end
        #| or
        if linear <= 0.0031308:
            bytes_out[VIEW_BYTES, k] = wp.uint8(255.0 * 12.92 * linear)
        else:
            bytes_out[VIEW_BYTES, k] = wp.uint8(255.0 * (1.055 * wp.pow(linear, 1.0 / 2.4) - 0.055))
        #| or
        s = 12.92 * linear
        if linear > 0.0031308:
            s = 1.055 * wp.pow(linear, 1.0 / 2.4) - 0.055
        bytes_out[VIEW_BYTES, k] = wp.uint8(either(255.0 * s, 255.0 * s + 0.5))
        #| end
    #| one of
    bytes_out[VIEW_BYTES, 3] = wp.uint8(255)
    #| or
    bytes_out[VIEW_BYTES, 3] =                 wp.uint8(either(saturate(opacity[AT]), saturate(opacity[AT]), wp.clamp(opacity[AT], 0.0, 1.0)) * 255.0)
    #| end
