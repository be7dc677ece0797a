"""Bodies of texture_shade for ``recipes/applications/texture_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def shade_pixels(
    hit_id, tid, background, shade, uvs, image, repeat, light_dir, normals_in, ambient, in_shadow, view_dir, specular,
):
    #| one of
    if hit_id[tid] < 0:
        shade[tid] = background
        return
    #| or
    #| end
    uv = uvs[tid]
    albedo = wp.texture_sample(image, either(uv, repeat * uv), dtype=float)
    lambert = wp.max(wp.dot(normals_in[tid], light_dir), 0.0)
    #| one of
    shade[tid] = albedo * (ambient + lambert)
    #| or
    #? shadowed points get ambient light only
    light = float(ambient)
    if in_shadow[tid] == 0:
        light += lambert
    shade[tid] = light * albedo
    #| or
    h = wp.normalize(light_dir + view_dir[tid])
    gloss = wp.pow(wp.max(wp.dot(normals_in[tid], h), 0.0), 16.0)
    shade[tid] = albedo * (ambient + lambert) + specular * gloss
    #| end


def alpha_test(tid, uvs, background, shade, opacity_map, threshold, hit_out, intensity, hit_id):
    uv = uvs[tid]
    #| one of
    if uv[0] < 0.0 or uv[0] > 1.0 or uv[1] < 0.0 or uv[1] > 1.0:
        shade[tid] = background
        return
    #| or
    #| end
    opacity = wp.texture_sample(opacity_map, uv, dtype=float)
    #| one of
    if opacity < threshold:
        shade[tid] = background
        hit_out[tid] = -1
    else:
        shade[tid] = intensity[tid]
        hit_out[tid] = hit_id[tid]
    #| or
    if opacity < threshold:
        shade[tid] = background
    else:
        shade[tid] = intensity[tid]
    #| or
    shade[tid] = wp.lerp(background, intensity[tid], opacity)
    #| end


def texture_lookup(tid, uvs, background, shade, image, intensity, repeat, footprint):
    uv = uvs[tid]
    #| one of
    #? clamped at the image border
    if uv[0] < 0.0 or uv[0] > 1.0 or uv[1] < 0.0 or uv[1] > 1.0:
        shade[tid] = background
        return
    #| one of
    shade[tid] = wp.texture_sample(image, uv, dtype=float)
    #| or
    shade[tid] = wp.texture_sample(image, uv, dtype=float)* intensity[tid]
    #| end
    #| or
    #? two textures over each other
    base = wp.texture_sample(image, uv, dtype=float)
    detail = wp.texture_sample(image, repeat * uv, dtype=float)
    #| one of
    #| one of
    shade[tid] = base * detail
    #| or
    shade[tid] = base * detail* intensity[tid]
    #| end
    #| or
    #| one of
    shade[tid] = base * (0.5 + detail)
    #| or
    shade[tid] = base * (0.5 + detail)* intensity[tid]
    #| end
    #| end
    #| or
    #? the mean of four places within the pixel
    total_value = float(0.0)
    for b in range(2):
        for a in range(2):
            offset = footprint * wp.vec2(float(a) - 0.5, float(b) - 0.5)
            total_value += wp.texture_sample(image, uv + offset, dtype=float)
    shade[tid] = 0.25 * total_value
    #| end
