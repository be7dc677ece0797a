"""Bodies of unpack_colors for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def unpack_colors(LEAVE, AT, bits, rgb_out, unpack_color, opacity_out, background, ids):
    LEAVE
    packed = bits[AT]
    #| one of
    #| one of
    rgb_out[AT] = unpack_color(packed)
    #| 0.6
    opacity_out[AT] = float(packed >> wp.uint32(24)) / 255.0
    #| end
    #| or
    alpha = float(packed >> wp.uint32(24)) / 255.0
    #| one of
    if alpha > 0.0:
        rgb_out[AT] = unpack_color(packed) / alpha
    else:
        rgb_out[AT] = wp.vec3(0.0, 0.0, 0.0)
    #| or
    rgb_out[AT] = either(wp.lerp(background, unpack_color(packed), alpha), alpha * unpack_color(packed) +                 (1.0 - alpha) * background)
    #| or
    #? nothing was hit there
    if ids[AT] < 0:
        rgb_out[AT] = background
    else:
        rgb_out[AT] = alpha * unpack_color(packed) + (1.0 - alpha) * background
    #| end
    #| end
    #| or
    #? red is the lowest byte
    red = float(packed & wp.uint32(255))
    green = float((packed >> wp.uint32(8)) & wp.uint32(255))
    blue = float((packed >> wp.uint32(16)) & wp.uint32(255))
    #| one of
    rgb_out[AT] = wp.vec3(red, green, blue) / 255.0
    #| 0.6
    opacity_out[AT] = float(packed >> wp.uint32(24)) / 255.0
    #| end
    #| or
    #? color is stored times alpha
    alpha = float(packed >> wp.uint32(24))
    if alpha > 0.0:
        rgb_out[AT] = wp.vec3(red, green, blue) / alpha
    else:
        rgb_out[AT] = wp.vec3(0.0, 0.0, 0.0)
    #| or
    alpha = float(packed >> wp.uint32(24)) / 255.0
    rgb_out[AT] = wp.lerp(background, wp.vec3(red, green, blue) / 255.0, alpha)
    #| end
    #| end


def convert_to_gray(
    LEAVE, AT, bits, rgb_to_luminance, unpack_color, negative, value_out, gray_mean, gray_std, luma_out,
):
    LEAVE
    packed = bits[AT]
    #| one of
    red = float(packed & wp.uint32(255)) / 255.0
    green = float((packed >> wp.uint32(8)) & wp.uint32(255)) / 255.0
    blue = float((packed >> wp.uint32(16)) & wp.uint32(255)) / 255.0
    #| one of
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    #| or
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    #| end
    #| or
    luma = rgb_to_luminance(unpack_color(packed))
    #| or
    c = unpack_color(packed)
    luma = rgb_to_luminance(c)
    #| end
    #| 0.2
    if negative:
        luma = 1.0 - luma
    #| end
    #| one of
    value_out[AT] = luma
    #| or
    value_out[AT] = (luma - gray_mean) / gray_std
    #| or
    luma_out[AT] = wp.uint8(255.0 * luma)
    #| end


def split_channels(LEAVE, AT, bits, VIEW_BYTES, bytes_out):
    LEAVE
    packed = bits[AT]
    #| one of
    bytes_out[VIEW_BYTES, 0] = wp.uint8(packed & wp.uint32(0xFF))
    bytes_out[VIEW_BYTES, 1] = wp.uint8((packed >> wp.uint32(8)) & wp.uint32(0xFF))
    bytes_out[VIEW_BYTES, 2] = wp.uint8((packed >> wp.uint32(16)) & wp.uint32(0xFF))
    bytes_out[VIEW_BYTES, 3] = either(wp.uint8(packed >> wp.uint32(24)), wp.uint8(255))
    #| or
    #? blue comes first
    bytes_out[VIEW_BYTES, 0] = wp.uint8((packed >> wp.uint32(16)) & wp.uint32(0xFF))
    bytes_out[VIEW_BYTES, 1] = wp.uint8((packed >> wp.uint32(8)) & wp.uint32(0xFF))
    bytes_out[VIEW_BYTES, 2] = wp.uint8(packed & wp.uint32(0xFF))
    #| 0.5
    bytes_out[VIEW_BYTES, 3] = wp.uint8(255)
    #| end
    #| or
    for k in range(3):
        bytes_out[VIEW_BYTES, k] = wp.uint8((packed >> wp.uint32(8 * k)) & wp.uint32(0xFF))
    bytes_out[VIEW_BYTES, 3] = either(wp.uint8(packed >> wp.uint32(24)), wp.uint8(255))
    #| end
