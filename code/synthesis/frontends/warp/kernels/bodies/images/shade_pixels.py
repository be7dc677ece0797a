"""Bodies of shade_pixels for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def shade_pixels(
    LEAVE, AT, ids, background, rgb_out, ray_dir, ground_color, normal, ambient, lambert, sun_dir, in_shadow,
    sun_color, num_lights, light_on, light_dir, light_color, palette, depth, far, saturate, exposure, tone_map,
):
    LEAVE
    shape = ids[AT]
    if shape < 0:
        #| one of
        rgb_out[AT] = background
        #| or
        #? above the horizon or below
        t = 0.5 * (ray_dir[AT][2] + 1.0)
        rgb_out[AT] = wp.lerp(ground_color, background, t)
        #| end
        return
    n_w = normal[AT]
    #| one of
    light = either(ambient, wp.vec3(0.1, 0.1, 0.1))
    #| or
    #? lit from the sky more than from the ground
    light = wp.lerp(ground_color, ambient, 0.5 * (n_w[2] + 1.0))
    #| end
    #| one of
    diffuse = either(lambert(n_w, sun_dir), wp.max(-wp.dot(n_w, sun_dir), 0.0))
    #| one of
    if in_shadow[AT]:
        diffuse = 0.0
    #| or
    #| end
    light += diffuse * sun_color
    #| or
    if not in_shadow[AT]:
        light += wp.max(-wp.dot(n_w, sun_dir), 0.0) * sun_color
        #? a highlight around the mirrored direction
        #| one of
        half_dir = wp.normalize(-sun_dir - ray_dir[AT])
        light += wp.pow(wp.max(wp.dot(n_w, half_dir), 0.0), 8.0) * sun_color
        #| or
        #| end
    #| or
    for l in range(num_lights):
        #| one of
        if not light_on[l]:
            continue
        #| or
        #| end
        diffuse = either(lambert(n_w, light_dir[l]), wp.max(-wp.dot(n_w, light_dir[l]), 0.0))
        light += diffuse * light_color[l]
    #| end
    #| one of
    c = wp.cw_mul(palette[shape], light)
    #| or
    base = palette[shape]
    c = wp.vec3(base[0] * light[0], base[1] * light[1], base[2] * light[2])
    #| end
    #| one of
    #? distant objects fade
    fog = either(saturate(depth[AT] / far), saturate(depth[AT] / far), wp.clamp(depth[AT] / far, 0.0, 1.0))
    c = wp.lerp(c, background, fog)
    #| or
    c = tone_map(c, exposure)
    #| or
    #| or
    #| end
    rgb_out[AT] = c


def shade_headlight(
    LEAVE, AT, ids, background, normal, ray_dir, palette, ambient, selected_id, highlight, in_shadow, rgb_out,
):
    LEAVE
    shape = ids[AT]
    c = either(background, wp.vec3(0.0, 0.0, 0.0))
    if shape >= 0:
        #| one of
        facing = wp.abs(wp.dot(normal[AT], ray_dir[AT]))
        #| or
        facing = wp.max(-wp.dot(normal[AT], ray_dir[AT]), 0.0)
        #| end
        #| one of
        c = (0.2 + 0.8 * facing) * palette[shape]
        #| or
        c = facing * palette[shape] + (1.0 - facing) * ambient
        #| end
        #| one of
        if shape == selected_id:
            c = 0.5 * c + 0.5 * highlight
        #| or
        if in_shadow[AT]:
            c = 0.6 * c
        #| or
        #| end
    rgb_out[AT] = c
