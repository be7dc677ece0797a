"""Bodies of color_segments for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def colorize_segments(
    LEAVE, AT, ids, background, rgb_out, id_color, palette, hidden_id, is_background, selected_id, highlight, rgb,
    overlay_alpha,
):
    LEAVE
    segment = ids[AT]
    #| one of
    #| one of
    if segment < 0:
        rgb_out[AT] = either(background, wp.vec3(0.0, 0.0, 0.0))
        return
    c = either(palette[segment], palette[segment], id_color(segment))
    if segment == hidden_id:
        c = background
    #| or
    if either(segment < 0, is_background(segment, hidden_id)):
        rgb_out[AT] = either(background, wp.vec3(0.0, 0.0, 0.0))
        return
    c = either(palette[segment], palette[segment], id_color(segment))
    #? the selection is highlighted
    if segment == selected_id:
        c = 0.5 * c + 0.5 * highlight
    #| end
    rgb_out[AT] = c
    #| or
    c = either(background, wp.vec3(0.0, 0.0, 0.0))
    if segment >= 0 and segment != hidden_id:
        c = palette[segment]
    rgb_out[AT] = c
    #| or
    #? over the image itself
    c = rgb[AT]
    if segment >= 0:
        c = wp.lerp(c, palette[segment], overlay_alpha)
    rgb_out[AT] = c
    #| end


def hash_segment_colors(
    LEAVE, AT, ids, bits_out, clear_value, background, rgb_out, id_color, selected_id, highlight, pack_color,
    overlay_alpha, rgb,
):
    LEAVE
    segment = ids[AT]
    if segment < 0:
        #| 0.5
        bits_out[AT] = either(clear_value, wp.uint32(0xFF000000))
        #| else
        rgb_out[AT] = background
        #| end
        return
    #? adjacent ids get distinct colors
    #| one of
    #| one of
    c = id_color(segment)
    #| 0.4
    if segment == selected_id:
        c = 0.5 * c + 0.5 * highlight
    #| end
    #| one of
    rgb_out[AT] = c
    #| or
    bits_out[AT] = pack_color(c, 1.0)
    #| end
    #| or
    rgb_out[AT] = either(id_color(segment), wp.lerp(rgb[AT], id_color(segment), overlay_alpha))
    #| end
    #| or
    #| one of
    key = wp.uint32(segment) * wp.uint32(2654435761)
    #| or
    key = wp.uint32(segment + 1) * wp.uint32(747796405)
    #| 0.5
    key = key ^ (key >> wp.uint32(15))
    #| end
    #| end
    #| one of
    bits_out[AT] = either((key >> wp.uint32(8)) | wp.uint32(0xFF000000), (key & wp.uint32(0xFFFFFF)) | wp.uint32(0xFF000000))
    #| or
    red = float((key >> wp.uint32(24)) & wp.uint32(255))
    green = float((key >> wp.uint32(16)) & wp.uint32(255))
    blue = float((key >> wp.uint32(8)) & wp.uint32(255))
    rgb_out[AT] = wp.vec3(red, green, blue) / 255.0
    #| end
    #| end
