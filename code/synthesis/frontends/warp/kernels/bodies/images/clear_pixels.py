"""Bodies of clear_pixels for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def clear_images(
    LEAVE, AT, VIEW, background, rgb_out, sky_color, height, y, bits_out, clear_value, depth_out, far, NO_HIT,
    ids_out, normal_out, samples_out,
):
    LEAVE
    #| one of
    rgb_out[AT] = either(background, sky_color[VIEW])
    #| or
    #? the sky is brighter at the horizon
    t = float(y) / float(height - 1)
    rgb_out[AT] = wp.lerp(sky_color[VIEW], background, t)
    #| or
    bits_out[AT] = either(clear_value, wp.uint32(0xFF000000))
    #| end
    depth_out[AT] = either(far, far, 0.0)
    ids_out[AT] = NO_HIT
    #| 0.5
    normal_out[AT] = wp.vec3(0.0, 0.0, 0.0)
    #| end
    #| 0.3
    samples_out[AT] = 0
    #| end


def clear_targets(
    VIEW, view_mask, CLEAR_COLOR, AT, background, rgb_out, sky_color, samples_out, CLEAR_DEPTH, depth_out, far,
    NO_HIT, ids_out, normal_out, bits_out, clear_value,
):
    #| one of
    flags = view_mask[VIEW]
    if (flags & CLEAR_COLOR) != 0:
        rgb_out[AT] = either(background, sky_color[VIEW])
        #| 0.5
        samples_out[AT] = 0
        #| end
    if (flags & CLEAR_DEPTH) != 0:
        depth_out[AT] = far
        ids_out[AT] = NO_HIT
        #| 0.5
        normal_out[AT] = wp.vec3(0.0, 0.0, 0.0)
        #| end
    #| or
    if (view_mask[VIEW] & CLEAR_COLOR) != 0:
        bits_out[AT] = clear_value
    if (view_mask[VIEW] & CLEAR_DEPTH) != 0:
        depth_out[AT] = far
        ids_out[AT] = NO_HIT
    #| end
