"""Bodies of merge_layers for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def merge_layers(LEAVE, AT, over_depth, over_ids, depth_io, ids_io, over_rgb, rgb_io, normal_io, over_normal):
    LEAVE
    #| one of
    if over_depth[AT] <= 0.0:
        return
    #| or
    if over_ids[AT] < 0:
        return
    #| or
    z = over_depth[AT]
    if z <= 0.0 or z >= depth_io[AT]:
        return
    #| end
    if over_depth[AT] < depth_io[AT]:
        depth_io[AT] = over_depth[AT]
        ids_io[AT] = over_ids[AT]
        #| one of
        rgb_io[AT] = over_rgb[AT]
        #| or
        normal_io[AT] = over_normal[AT]
        #| or
        rgb_io[AT] = over_rgb[AT]
        normal_io[AT] = over_normal[AT]
        #| end


def blend_layers(LEAVE, AT, opacity, saturate, depth, over_depth, overlay_alpha, over_ids, over_rgb, rgb_io, ids_io):
    LEAVE
    a = either(saturate(opacity[AT]), saturate(opacity[AT]), wp.clamp(opacity[AT], 0.0, 1.0))
    #| one of
    #? hidden behind the scene
    #| one of
    if over_depth[AT] > depth[AT] and depth[AT] > 0.0:
    #| or
    #: if over_depth[AT] > depth[AT]:
    #| end
        #| one of
        return
        #| or
        a = either(0.25 * a, a * overlay_alpha)
        #| end
    #| or
    if a == 0.0 or over_ids[AT] < 0:
        return
    #| end
    #| one of
    rgb_io[AT] = a * over_rgb[AT] + (1.0 - a) * rgb_io[AT]
    #| or
    rgb_io[AT] = wp.lerp(rgb_io[AT], over_rgb[AT], a)
    #| end
    #| one of
    if a > 0.5:
        ids_io[AT] = over_ids[AT]
    #| or
    #| end
