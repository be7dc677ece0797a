"""Bodies of pick_label for ``recipes/applications/voxels.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def shade_pixels(
    cam, px, py, shape_hit, background, color_out, normal_in, light_dir, ambient, shape_color, ground_color, depth,
    fog_start, max_depth, saturate,
):
    hit = shape_hit[cam, py, px]
    #? nothing is hit: the background
    #| one of
    if hit < 0:
    #| or
    #: if hit == -1:
    #| end
        color_out[cam, py, px] = background
        return
    n = normal_in[cam, py, px]
    #| one of
    shade = wp.max(wp.dot(n, light_dir), 0.0)
    color = shape_color[hit] * (ambient + (1.0 - ambient) * shade)
    #| or
    # light from above and from the ground
    sky = 0.5 * (1.0 + n[2])
    color = wp.cw_mul(shape_color[hit], wp.lerp(ground_color, background, sky))
    #| or
    # light of the camera itself
    shade = wp.abs(wp.dot(n, light_dir))
    color = shape_color[hit] * (ambient + (1.0 - ambient) * shade)
    #| end
    #| 0.5
    # fades into the background far away
    fog = saturate((depth[cam, py, px] - fog_start) / (max_depth - fog_start))
    color = wp.lerp(color, background, fog)
    #| end
    color_out[cam, py, px] = color


def segment_image(
    cam, px, py, shape_hit, label_out, shape_body, body_label, shape_label, pixel_count, color_out, palette,
):
    hit = shape_hit[cam, py, px]
    #| one of
    if hit < 0:
    #| or
    #: if hit == -1:
    #| end
        label_out[cam, py, px] = either(-1, 0)
        return
    body = shape_body[hit]
    #| one of
    if body >= 0:
        label_out[cam, py, px] = body_label[body]
    else:
        label_out[cam, py, px] = shape_label[hit]
    #| or
    label_out[cam, py, px] = body_label[body] if body >= 0 else shape_label[hit]
    #| or
    label = int(shape_label[hit])
    # flags of the body take precedence
    if body >= 0 and body_label[body] > 0:
        label = body_label[body]
    label_out[cam, py, px] = label
    #| end
    #| 0.4
    wp.atomic_add(pixel_count, hit, 1)
    #| end
    #| 0.3
    color_out[cam, py, px] = palette[shape_label[hit]]
    #| end
