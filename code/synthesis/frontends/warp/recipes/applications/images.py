"""Images that cameras of many worlds see: cleared, shaded, packed, unpacked, tiled, projected back, counted, compared.

In its lines ``AT`` is the thread's pixel, ``LEFT`` and ``UP`` those beside it, ``VIEW`` the view it belongs to,
``VIEW_BYTES`` the pixel of an image of bytes, and ``LEAVE`` what leaves the pixels of some views alone.
"""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FRAME
from synthesis.frontends.warp.recipes.applications.viewers import Viewer

_PIXELS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "clear_pixels": (
        (
            "clear_images clear_render_buffers reset_pixels",
            "Clears the images of cameras",
            """
        LEAVE
        {rgb_out[AT] = {background ~ sky_color[VIEW]} ~
        {# the sky is brighter at the horizon
        ~}
        t = float(y) / float(height - 1)
        rgb_out[AT] = wp.lerp(sky_color[VIEW], background, t) ~
        bits_out[AT] = {clear_value ~ wp.uint32(0xFF000000)}}
        depth_out[AT] = {far ~ far ~ 0.0}
        ids_out[AT] = NO_HIT
        {?0.5 normal_out[AT] = wp.vec3(0.0, 0.0, 0.0)}
        {?0.3 samples_out[AT] = 0}
            """,
        ),
        (
            "clear_targets clear_by_flags clear_attachments",
            "Clears what the flags of each camera ask for",
            """
        {flags = view_mask[VIEW]
        if (flags & CLEAR_COLOR) != 0:
            rgb_out[AT] = {background ~ sky_color[VIEW]}
            {?0.5 samples_out[AT] = 0}
        if (flags & CLEAR_DEPTH) != 0:
            depth_out[AT] = far
            ids_out[AT] = NO_HIT
            {?0.5 normal_out[AT] = wp.vec3(0.0, 0.0, 0.0)} ~
        if (view_mask[VIEW] & CLEAR_COLOR) != 0:
            bits_out[AT] = clear_value
        if (view_mask[VIEW] & CLEAR_DEPTH) != 0:
            depth_out[AT] = far
            ids_out[AT] = NO_HIT}
            """,
        ),
    ),
    "pack_colors": (
        (
            "pack_rgba pack_colors encode_colors",
            "Packs colors into whole numbers, red in the lowest byte",
            """
        LEAVE
        c = rgb[AT]
        {{alpha = float(1.0)
        if ids[AT] < 0:
            {# nothing was hit: the background shows through
            ~}
            alpha = 0.0
        bits_out[AT] = pack_color(c, alpha) ~
        if ids[AT] < 0 or opacity[AT] <= 0.0:
            bits_out[AT] = clear_value
        else:
            bits_out[AT] = pack_color(c, opacity[AT]) ~
        bits_out[AT] = pack_color(tone_map(c, exposure), 1.0) ~
        if ids[AT] >= 0:
            bits_out[AT] = pack_color(c, opacity[AT])
        else:
            bits_out[AT] = pack_color(background, 0.0) ~
        c = wp.vec3(linear_to_srgb(wp.max(c[0], 0.0)), linear_to_srgb(wp.max(c[1], 0.0)), \
                linear_to_srgb(wp.max(c[2], 0.0)))
        bits_out[AT] = pack_color(c, 1.0)} ~
        {red = wp.uint32(saturate(c[0]) * 255.0)
        green = wp.uint32(saturate(c[1]) * 255.0)
        blue = wp.uint32(saturate(c[2]) * 255.0) ~
        c = 255.0 * wp.max(wp.min(c, wp.vec3(1.0, 1.0, 1.0)), wp.vec3(0.0, 0.0, 0.0))
        red = wp.uint32(c[0])
        green = wp.uint32(c[1])
        blue = wp.uint32(c[2])}
        {alpha = wp.uint32(255)
        if ids[AT] < 0:
            {# nothing was hit: the background shows through
            ~}
            alpha = wp.uint32(0)
        bits_out[AT] = red | (green << wp.uint32(8)) | (blue << wp.uint32(16)) | (alpha << wp.uint32(24)) ~
        alpha = wp.uint32({saturate(opacity[AT]) ~ saturate(opacity[AT]) ~ wp.clamp(opacity[AT], 0.0, 1.0)} * 255.0)
        bits_out[AT] = (alpha << wp.uint32(24)) | (blue << wp.uint32(16)) | (green << wp.uint32(8)) | red ~
        bits_out[AT] = wp.uint32(0xFF000000) | red | (green << wp.uint32(8)) | (blue << wp.uint32(16))}}
            """,
        ),
        (
            "image_to_bytes convert_to_uint8 quantize_image",
            "Colors as bytes",
            """
        LEAVE
        c = rgb[AT]
        {for k in range(3):
            bytes_out[VIEW_BYTES, k] = to_byte(c[k]) ~
        {?0.4 c = tone_map(c, exposure)}
        bytes_out[VIEW_BYTES, 0] = to_byte(c[0])
        bytes_out[VIEW_BYTES, 1] = to_byte(c[1])
        bytes_out[VIEW_BYTES, 2] = to_byte(c[2]) ~
        for k in range(3):
            bytes_out[VIEW_BYTES, k] = wp.uint8({saturate(c[k]) ~ saturate(c[k]) ~ wp.clamp(c[k], 0.0, 1.0)} * 255.0) ~
        bytes_out[VIEW_BYTES, 0] = wp.uint8(saturate(c[0]) * 255.0)
        bytes_out[VIEW_BYTES, 1] = wp.uint8(saturate(c[1]) * 255.0)
        bytes_out[VIEW_BYTES, 2] = wp.uint8(saturate(c[2]) * 255.0)}
        {bytes_out[VIEW_BYTES, 3] = wp.uint8(255) ~
        if ids[AT] < 0:
            bytes_out[VIEW_BYTES, 3] = wp.uint8(0)
        else:
            bytes_out[VIEW_BYTES, 3] = wp.uint8(255) ~
        bytes_out[VIEW_BYTES, 3] = {to_byte(opacity[AT]) ~ wp.uint8(saturate(opacity[AT]) * 255.0)}}
            """,
        ),
        (
            "encode_srgb linear_to_srgb gamma_encode",
            "Linear colors as bytes of sRGB",
            """
        LEAVE
        c = rgb[AT]
        for k in range(3):
            linear = {saturate(c[k]) ~ saturate(c[k]) ~ wp.clamp(c[k], 0.0, 1.0)}
            {{bytes_out[VIEW_BYTES, k] = wp.uint8(255.0 * linear_to_srgb(linear){ ~ + 0.5}) ~
            bytes_out[VIEW_BYTES, k] = to_byte(linear_to_srgb(linear))} ~
            if linear <= 0.0031308:
                bytes_out[VIEW_BYTES, k] = wp.uint8(255.0 * 12.92 * linear)
            else:
                bytes_out[VIEW_BYTES, k] = wp.uint8(255.0 * (1.055 * wp.pow(linear, 1.0 / 2.4) - 0.055)) ~
            s = 12.92 * linear
            if linear > 0.0031308:
                s = 1.055 * wp.pow(linear, 1.0 / 2.4) - 0.055
            bytes_out[VIEW_BYTES, k] = wp.uint8({255.0 * s ~ 255.0 * s + 0.5})}
        {bytes_out[VIEW_BYTES, 3] = wp.uint8(255) ~ bytes_out[VIEW_BYTES, 3] = \
                wp.uint8({saturate(opacity[AT]) ~ saturate(opacity[AT]) ~ wp.clamp(opacity[AT], 0.0, 1.0)} * 255.0)}
            """,
        ),
    ),
    "unpack_colors": (
        (
            "unpack_colors decode_colors unpack_rgba",
            "Packed colors as vectors",
            """
        LEAVE
        packed = bits[AT]
        {{rgb_out[AT] = unpack_color(packed)
        {?0.6 opacity_out[AT] = float(packed >> wp.uint32(24)) / 255.0} ~
        alpha = float(packed >> wp.uint32(24)) / 255.0
        {if alpha > 0.0:
            rgb_out[AT] = unpack_color(packed) / alpha
        else:
            rgb_out[AT] = wp.vec3(0.0, 0.0, 0.0) ~
        rgb_out[AT] = {wp.lerp(background, unpack_color(packed), alpha) ~ alpha * unpack_color(packed) + \
                (1.0 - alpha) * background} ~
        {# nothing was hit there
        ~}
        if ids[AT] < 0:
            rgb_out[AT] = background
        else:
            rgb_out[AT] = alpha * unpack_color(packed) + (1.0 - alpha) * background}} ~
        {# red is the lowest byte
        ~}
        red = float(packed & wp.uint32(255))
        green = float((packed >> wp.uint32(8)) & wp.uint32(255))
        blue = float((packed >> wp.uint32(16)) & wp.uint32(255))
        {rgb_out[AT] = wp.vec3(red, green, blue) / 255.0
        {?0.6 opacity_out[AT] = float(packed >> wp.uint32(24)) / 255.0} ~
        {# color is stored times alpha
        ~}
        alpha = float(packed >> wp.uint32(24))
        if alpha > 0.0:
            rgb_out[AT] = wp.vec3(red, green, blue) / alpha
        else:
            rgb_out[AT] = wp.vec3(0.0, 0.0, 0.0) ~
        alpha = float(packed >> wp.uint32(24)) / 255.0
        rgb_out[AT] = wp.lerp(background, wp.vec3(red, green, blue) / 255.0, alpha)}}
            """,
        ),
        (
            "convert_to_gray compute_luminance packed_to_gray",
            "Brightness of packed colors",
            """
        LEAVE
        packed = bits[AT]
        {{red = float(packed & wp.uint32(255)) / 255.0
        green = float((packed >> wp.uint32(8)) & wp.uint32(255)) / 255.0
        blue = float((packed >> wp.uint32(16)) & wp.uint32(255)) / 255.0
        {luma = 0.299 * red + 0.587 * green + 0.114 * blue ~ luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue}} ~
        luma = rgb_to_luminance(unpack_color(packed)) ~
        c = unpack_color(packed)
        luma = rgb_to_luminance(c)}
        {?0.2 if negative:
            luma = 1.0 - luma}
        {value_out[AT] = luma ~ value_out[AT] = (luma - gray_mean) / gray_std ~
        luma_out[AT] = wp.uint8(255.0 * luma)}
            """,
        ),
        (
            "split_channels unpack_to_bytes expand_rgba",
            "The bytes of packed colors",
            """
        LEAVE
        packed = bits[AT]
        {bytes_out[VIEW_BYTES, 0] = wp.uint8(packed & wp.uint32(0xFF))
        bytes_out[VIEW_BYTES, 1] = wp.uint8((packed >> wp.uint32(8)) & wp.uint32(0xFF))
        bytes_out[VIEW_BYTES, 2] = wp.uint8((packed >> wp.uint32(16)) & wp.uint32(0xFF))
        bytes_out[VIEW_BYTES, 3] = {wp.uint8(packed >> wp.uint32(24)) ~ wp.uint8(255)} ~
        {# blue comes first
        ~}
        bytes_out[VIEW_BYTES, 0] = wp.uint8((packed >> wp.uint32(16)) & wp.uint32(0xFF))
        bytes_out[VIEW_BYTES, 1] = wp.uint8((packed >> wp.uint32(8)) & wp.uint32(0xFF))
        bytes_out[VIEW_BYTES, 2] = wp.uint8(packed & wp.uint32(0xFF))
        {?0.5 bytes_out[VIEW_BYTES, 3] = wp.uint8(255)} ~
        for k in range(3):
            bytes_out[VIEW_BYTES, k] = wp.uint8((packed >> wp.uint32(8 * k)) & wp.uint32(0xFF))
        bytes_out[VIEW_BYTES, 3] = {wp.uint8(packed >> wp.uint32(24)) ~ wp.uint8(255)}}
            """,
        ),
    ),
    "depth_bytes": (
        (
            "depth_to_gray visualize_depth convert_depth",
            "Depth as shades of gray",
            """
        LEAVE
        z = depth[AT]
        if {z <= 0.0 ~ z < near or z > far}:
            {# nothing was hit
            ~}
            gray_out[AT] = wp.uint8(0)
            return
        {{# near things are bright
        ~}
        t = saturate((far - z) / (far - near))
        gray_out[AT] = wp.uint8({255.0 * t ~ 50.0 + 205.0 * t}) ~
        shade = depth_shade(z, near, far)
        {gray_out[AT] = {to_byte(shade) ~ wp.uint8(255.0 * shade)} ~
        {# what is far stays visible
        ~}
        gray_out[AT] = wp.uint8(50.0 + 205.0 * shade) ~
        if invert:
            shade = 1.0 - shade
        gray_out[AT] = wp.uint8(255.0 * shade)} ~
        t = saturate((z - near) / (far - near))
        gray_out[AT] = wp.uint8(255.0 * (1.0 - t)) ~
        {# the range of each view
        ~}
        t = (z - range_min[VIEW]) / wp.max(range_max[VIEW] - range_min[VIEW], 1.0e-6)
        gray_out[AT] = wp.uint8(255.0 * {saturate(1.0 - t) ~ saturate(1.0 - t) ~ wp.clamp(1.0 - t, 0.0, 1.0)}) ~
        {# by its inverse, so that near things differ more
        ~}
        t = (1.0 / wp.max(z, near) - 1.0 / far) / (1.0 / near - 1.0 / far)
        gray_out[AT] = wp.uint8(255.0 * {saturate(t) ~ saturate(t) ~ wp.clamp(t, 0.0, 1.0)})}
            """,
        ),
        (
            "depth_to_heatmap colorize_depth depth_colormap",
            "Depth as colors from near to far",
            """
        LEAVE
        z = depth[AT]
        if {z <= 0.0 ~ z <= near or z >= far}:
            for k in range(3):
                bytes_out[VIEW_BYTES, k] = wp.uint8(0)
            {bytes_out[VIEW_BYTES, 3] = wp.uint8(0) ~}
            return
        {t = saturate((z - near) / (far - near)) ~ t = 1.0 - depth_shade(z, near, far)}
        {c = wp.lerp(near_color, far_color, t) ~
        c = wp.vec3(0.0, 0.0, 0.0)
        if t < 0.5:
            c = wp.lerp(near_color, mid_color, 2.0 * t)
        else:
            c = wp.lerp(mid_color, far_color, 2.0 * t - 1.0)}
        for k in range(3):
            bytes_out[VIEW_BYTES, k] = {to_byte(c[k]) ~ wp.uint8(255.0 * c[k])}
        {bytes_out[VIEW_BYTES, 3] = wp.uint8(255) ~}
            """,
        ),
    ),
    "depth_range": (
        (
            "find_depth_range reduce_depth measure_depth_range",
            "The nearest and farthest depth in each view",
            """
        LEAVE
        z = depth[AT]
        {if z <= 0.0 or z > far:
            return ~ if not valid[AT]:
            return ~ if ids[AT] < 0:
            return}
        wp.atomic_min(range_min_out, VIEW, z)
        wp.atomic_max(range_max_out, VIEW, z)
        {wp.atomic_add(depth_sum, VIEW, z)
        wp.atomic_add(pixel_count, VIEW, 1) ~ wp.atomic_add(pixel_count, VIEW, 1) ~}
            """,
        ),
        (
            "accumulate_depth_error compare_depth depth_statistics",
            "How far the depth of each view is from a reference",
            """
        LEAVE
        z = depth[AT]
        z_ref = over_depth[AT]
        {{# both have to have hit something
        ~}
        if z <= 0.0 or z_ref <= 0.0:
            return ~ if not valid[AT]:
            return}
        error = wp.abs(z - z_ref)
        wp.atomic_add(error_sum, VIEW, {error ~ error * error})
        {wp.atomic_max(error_max, VIEW, error) ~ if error > depth_jump:
            wp.atomic_add(outlier_count, VIEW, 1) ~}
        wp.atomic_add(pixel_count, VIEW, 1)
            """,
        ),
    ),
    "pixel_rays": (
        (
            "compute_camera_rays generate_rays init_camera_rays",
            "Rays through pixels",
            """
        LEAVE
        {{# y goes down in the image and up in the world
        ~}
        h = {wp.tan(0.5 * fov[VIEW]) ~ tan_half[VIEW]}
        u = (2.0 * (float(x) + 0.5) / float(width) - 1.0) * h * {aspect ~ float(width) / float(height)}
        v = (1.0 - 2.0 * (float(y) + 0.5) / float(height)) * h
        direction = wp.normalize(wp.vec3(u, v, -1.0)) ~
        intrinsics = lens[VIEW]
        u = (float(x) + 0.5 - intrinsics[2]) / intrinsics[0]
        v = (float(y) + 0.5 - intrinsics[3]) / intrinsics[1]
        direction = wp.normalize(wp.vec3(u, v, 1.0)) ~
        direction = wp.normalize({pixel_ray(x, y, focal, center_x, center_y) ~ lens_ray(x, y, lens[VIEW])}) ~
        rng = wp.rand_init(seed + frame, x + width * (y + height * VIEW_NUMBER))
        {# another place within the pixel in each frame
        ~}
        u = (float(x) + wp.randf(rng) - center_x) / focal
        v = (float(y) + wp.randf(rng) - center_y) / focal
        direction = wp.normalize(wp.vec3(u, v, 1.0))}
        origin_out[AT] = cam_pos[VIEW]
        direction_out[AT] = wp.quat_rotate(cam_rot[VIEW], direction)
            """,
        ),
        (
            "ortho_camera_rays orthographic_rays init_ortho_rays",
            "Parallel rays of orthographic cameras",
            """
        LEAVE
        {s = (2.0 * (float(x) + 0.5) / float(width) - 1.0) * view_size * float(width) / float(height)
        t = (1.0 - 2.0 * (float(y) + 0.5) / float(height)) * view_size ~
        s = (float(x) + 0.5 - 0.5 * float(width)) * pixel_size
        t = (0.5 * float(height) - float(y) - 0.5) * pixel_size}
        q = cam_rot[VIEW]
        origin_out[AT] = cam_pos[VIEW] + wp.quat_rotate(q, wp.vec3(s, t, {0.0 ~ -near}))
        direction_out[AT] = wp.quat_rotate(q, wp.vec3(0.0, 0.0, -1.0))
            """,
        ),
        (
            "panorama_rays spherical_camera_rays init_lidar_rays",
            "Rays to all sides",
            """
        LEAVE
        {azimuth = 2.0 * wp.pi * (float(x) + 0.5) / float(width)
        elevation = wp.pi * (0.5 - (float(y) + 0.5) / float(height)) ~
        azimuth = 2.0 * wp.pi * float(x) / float(width) - wp.pi
        elevation = wp.lerp(min_elevation, max_elevation, float(y) / float(height - 1))}
        c = wp.cos(elevation)
        direction = wp.vec3(c * wp.cos(azimuth), c * wp.sin(azimuth), wp.sin(elevation))
        origin_out[AT] = cam_pos[VIEW]{ ~ + near * wp.quat_rotate(cam_rot[VIEW], direction)}
        direction_out[AT] = wp.quat_rotate(cam_rot[VIEW], direction)
            """,
        ),
    ),
    "back_project": (
        (
            "unproject_depth depth_to_points back_project",
            "The points in the world that pixels show",
            """
        LEAVE
        z = depth[AT]
        if {z <= 0.0 ~ z <= near or z >= far ~ not in_depth_range(z, near, far) ~ \
                not valid[AT] or not in_depth_range(z, near, far)}:
            point_out[AT] = wp.vec3(0.0, 0.0, 0.0)
            return
        CAMERA_POINT
        point_out[AT] = cam_pos[VIEW] + wp.quat_rotate(cam_rot[VIEW], p_c)
            """,
        ),
        (
            "unproject_depth depth_to_points points_from_depth",
            "The points in the world that pixels show, and which pixels show one",
            """
        LEAVE
        z = depth[AT]
        {valid_out[AT] = False
        if in_depth_range(z, near, far):
            CAMERA_POINT
            point_out[AT] = cam_pos[VIEW] + wp.quat_rotate(cam_rot[VIEW], p_c)
            valid_out[AT] = True ~
        if z <= near or z >= far:
            point_out[AT] = wp.vec3(0.0, 0.0, 0.0)
            valid_out[AT] = False
            return
        CAMERA_POINT
        point_out[AT] = cam_pos[VIEW] + wp.quat_rotate(cam_rot[VIEW], p_c)
        valid_out[AT] = True}
            """,
        ),
        (
            "build_point_cloud append_depth_points depth_to_point_cloud",
            "Appends the points that pixels show to a cloud",
            """
        LEAVE
        z = depth[AT]
        {if z <= near or z >= far:
            return ~ if not in_depth_range(z, near, far):
            return ~ if not valid[AT]:
            return ~ if is_background(ids[AT], hidden_id):
            return}
        CAMERA_POINT
        p_w = wp.quat_rotate(cam_rot[VIEW], p_c) + cam_pos[VIEW]
        {{# neither the floor nor the ceiling
        ~}
        if p_w[2] < floor_height or p_w[2] > ceiling:
            return ~}
        slot = wp.atomic_add(counter, 0, 1)
        {if slot < max_points:
            cloud[slot] = p_w
            {cloud_ids[slot] = ids[AT] ~ cloud_rgb[slot] = rgb[AT] ~} ~
        if slot >= max_points:
            return
        cloud[slot] = p_w
        {cloud_rgb[slot] = rgb[AT] ~}}
            """,
        ),
        (
            "normals_from_depth depth_to_normals estimate_normals",
            "Normals of the surface that pixels show",
            """
        LEAVE
        normal_out[AT] = wp.vec3(0.0, 0.0, 0.0)
        if x == 0 or y == 0:
            return
        z = depth[AT]
        if z <= 0.0 or depth[LEFT] <= 0.0 or depth[UP] <= 0.0:
            return
        {{# no normal across an edge
        ~}
        if wp.abs(z - depth[LEFT]) > depth_jump or wp.abs(z - depth[UP]) > depth_jump:
            return ~}
        {p_c = z * pixel_ray(x, y, focal, center_x, center_y)
        {beside = depth[LEFT] * pixel_ray(x - 1, y, focal, center_x, center_y)
        above = depth[UP] * pixel_ray(x, y - 1, focal, center_x, center_y)
        n_c = wp.normalize(wp.cross(above - p_c, beside - p_c)) ~
        to_left = depth[LEFT] * pixel_ray(x - 1, y, focal, center_x, center_y) - p_c
        to_top = depth[UP] * pixel_ray(x, y - 1, focal, center_x, center_y) - p_c
        n_c = wp.normalize(wp.cross(to_top, to_left))} ~
        u = (float(x) + 0.5 - center_x) / focal
        v = (float(y) + 0.5 - center_y) / focal
        p_c = z * wp.vec3(u, v, 1.0)
        {beside = depth[LEFT] * wp.vec3(u - 1.0 / focal, v, 1.0)
        above = depth[UP] * wp.vec3(u, v - 1.0 / focal, 1.0)
        n_c = wp.normalize(wp.cross(above - p_c, beside - p_c))
        ~ to_left = depth[LEFT] * wp.vec3(u - 1.0 / focal, v, 1.0) - p_c
        to_top = depth[UP] * wp.vec3(u, v - 1.0 / focal, 1.0) - p_c
        n_c = wp.normalize(wp.cross(to_top, to_left))}}
        {?0.3 # towards the camera
        if wp.dot(n_c, p_c) > 0.0:
            n_c = -n_c}
        normal_out[AT] = {n_c ~ wp.quat_rotate(cam_rot[VIEW], n_c)}
            """,
        ),
    ),
    "tile_views": (
        (
            "tile_images compose_atlas tile_cameras",
            "The views side by side in one image",
            """
        {tile_y = view // columns
        tile_x = view % columns ~
        tile_x = view % columns
        tile_y = view // columns}
        to_y = tile_y * height + y
        to_x = tile_x * width + x
        {atlas[to_y, to_x] = rgb[AT] ~
        if view_on[VIEW]:
            atlas[to_y, to_x] = rgb[AT]
        else:
            atlas[to_y, to_x] = {background ~ wp.vec3(0.0, 0.0, 0.0)} ~
        {# a frame around the view that is selected
        ~}
        at_edge = x == 0 or y == 0 or x == width - 1 or y == height - 1
        if at_edge and view == selected_view:
            atlas[to_y, to_x] = highlight
        else:
            atlas[to_y, to_x] = rgb[AT]}
            """,
        ),
        (
            "tile_packed_images tile_rgba compose_packed_atlas",
            "Packed images side by side in one",
            """
        tile_y = view // columns
        {tile_x = view % columns ~ tile_x = view - tile_y * columns}
        {?0.5 to_y = tile_y * height + y
        to_x = tile_x * width + x ~
        {# the first row is at the bottom
        ~}
        to_y = tile_y * height + height - 1 - y
        to_x = tile_x * width + x}
        {atlas_bits[to_y, to_x] = {bits[AT] ~ bits[AT] if view_on[VIEW] else clear_value} ~
        packed = bits[AT]
        for k in range(3):
            atlas_bytes[to_y, to_x, k] = wp.uint8((packed >> wp.uint32(8 * k)) & wp.uint32(255)) ~
        {# a line between the tiles
        ~}
        if x == 0 or y == 0:
            for k in range(3):
                atlas_bytes[to_y, to_x, k] = wp.uint8(0)
            return
        packed = bits[AT]
        for k in range(3):
            atlas_bytes[to_y, to_x, k] = wp.uint8((packed >> wp.uint32(8 * k)) & wp.uint32(255))}
            """,
        ),
    ),
    "count_segments": (
        (
            "bound_segments segment_boxes compute_bounding_boxes",
            "The box in each image around each object",
            """
        LEAVE
        segment = labels[AT]
        if {segment < 0 ~ segment < 0 or segment == hidden_id ~ is_background(segment, hidden_id)}:
            return
        wp.atomic_min(box_low_x, VIEW, segment, x)
        wp.atomic_max(box_high_x, VIEW, segment, x)
        wp.atomic_min(box_low_y, VIEW, segment, y)
        wp.atomic_max(box_high_y, VIEW, segment, y)
        {?0.5 wp.atomic_add(segment_count, VIEW, segment, 1)}
            """,
        ),
        (
            "count_segments measure_segments sum_segments",
            "What each object covers in each image",
            """
        LEAVE
        segment = labels[AT]
        if segment {== -1 ~ < 0}:
            return
        {wp.atomic_add(segment_count, VIEW, segment, 1)
        wp.atomic_add(segment_rgb, VIEW, segment, rgb[AT]) ~
        {# the middle of an object is its sum over the count
        ~}
        wp.atomic_add(segment_count, VIEW, segment, 1)
        wp.atomic_add(segment_x, VIEW, segment, {float(x) + 0.5 ~ float(x)})
        wp.atomic_add(segment_y, VIEW, segment, {float(y) + 0.5 ~ float(y)}) ~
        {# a pixel without a depth does not count
        ~}
        if {depth[AT] <= 0.0 ~ not valid[AT]}:
            return
        wp.atomic_add(segment_count, VIEW, segment, 1)
        {wp.atomic_min(nearest, VIEW, segment, depth[AT])
        {?0.5 wp.atomic_add(segment_depth, VIEW, segment, depth[AT])} ~
        wp.atomic_add(segment_depth, VIEW, segment, depth[AT])}}
            """,
        ),
        (
            "count_confusion segment_overlap accumulate_iou",
            "How two segmentations agree in each image",
            """
        LEAVE
        segment = labels[AT]
        expected = true_labels[AT]
        {?0.4 {# nobody has labeled it
        ~}
        if not valid[AT]:
            return}
        {if segment >= 0:
            wp.atomic_add(segment_count, VIEW, segment, 1)
        if expected >= 0:
            wp.atomic_add(expected_count, VIEW, expected, 1)
        if segment >= 0 and segment == expected:
            wp.atomic_add(overlap_count, VIEW, segment, 1) ~
        if expected >= 0:
            wp.atomic_add(expected_count, VIEW, expected, 1)
        if segment >= 0:
            wp.atomic_add(segment_count, VIEW, segment, 1)
            if segment == expected:
                wp.atomic_add(overlap_count, VIEW, segment, 1) ~
        {# the union is what either has, counted once
        ~}
        if segment >= 0:
            wp.atomic_add(union_count, VIEW, segment, 1)
        if segment == expected:
            if segment >= 0:
                wp.atomic_add(overlap_count, VIEW, segment, 1)
        elif expected >= 0:
            wp.atomic_add(union_count, VIEW, expected, 1)}
            """,
        ),
    ),
    "color_segments": (
        (
            "colorize_segments apply_palette colorize_ids",
            "Objects in the colors of a palette",
            """
        LEAVE
        segment = ids[AT]
        {{if segment < 0:
            rgb_out[AT] = {background ~ wp.vec3(0.0, 0.0, 0.0)}
            return
        c = {palette[segment] ~ palette[segment] ~ id_color(segment)}
        if segment == hidden_id:
            c = background ~
        if {segment < 0 ~ is_background(segment, hidden_id)}:
            rgb_out[AT] = {background ~ wp.vec3(0.0, 0.0, 0.0)}
            return
        c = {palette[segment] ~ palette[segment] ~ id_color(segment)}
        {# what is selected stands out
        ~}
        if segment == selected_id:
            c = 0.5 * c + 0.5 * highlight}
        rgb_out[AT] = c ~
        c = {background ~ wp.vec3(0.0, 0.0, 0.0)}
        if segment >= 0 and segment != hidden_id:
            c = palette[segment]
        rgb_out[AT] = c ~
        {# over the picture itself
        ~}
        c = rgb[AT]
        if segment >= 0:
            c = wp.lerp(c, palette[segment], overlay_alpha)
        rgb_out[AT] = c}
            """,
        ),
        (
            "hash_segment_colors visualize_segmentation colorize_by_hash",
            "A color of its own for each object",
            """
        LEAVE
        segment = ids[AT]
        if segment < 0:
            {?0.5 bits_out[AT] = {clear_value ~ wp.uint32(0xFF000000)} ~ rgb_out[AT] = background}
            return
        {# ids beside each other get colors far apart
        ~}
        {{c = id_color(segment)
        {?0.4 if segment == selected_id:
            c = 0.5 * c + 0.5 * highlight}
        {rgb_out[AT] = c ~ bits_out[AT] = pack_color(c, 1.0)} ~
        rgb_out[AT] = {id_color(segment) ~ wp.lerp(rgb[AT], id_color(segment), overlay_alpha)}} ~
        {key = wp.uint32(segment) * wp.uint32(2654435761)
        ~ key = wp.uint32(segment + 1) * wp.uint32(747796405)
        {?0.5 key = key ^ (key >> wp.uint32(15))}}
        {bits_out[AT] = {(key >> wp.uint32(8)) | wp.uint32(0xFF000000) ~ \
                (key & wp.uint32(0xFFFFFF)) | wp.uint32(0xFF000000)} ~
        red = float((key >> wp.uint32(24)) & wp.uint32(255))
        green = float((key >> wp.uint32(16)) & wp.uint32(255))
        blue = float((key >> wp.uint32(8)) & wp.uint32(255))
        rgb_out[AT] = wp.vec3(red, green, blue) / 255.0}}
            """,
        ),
    ),
    "edge_mask": (
        (
            "find_edges detect_edges mark_silhouettes",
            "The outlines of objects",
            """
        LEAVE
        segment = ids[AT]
        edge = bool(False)
        {if x > 0 and ids[LEFT] != segment:
            edge = True
        if y > 0 and ids[UP] != segment:
            edge = True ~
        if x > 0:
            if ids[LEFT] != segment or wp.abs(depth[AT] - depth[LEFT]) > depth_jump:
                edge = True
        if y > 0:
            if ids[UP] != segment or wp.abs(depth[AT] - depth[UP]) > depth_jump:
                edge = True ~
        if x > 0 and not same_surface(depth[AT], depth[LEFT], normal[AT], normal[LEFT], depth_jump, crease):
            edge = True
        if y > 0 and not same_surface(depth[AT], depth[UP], normal[AT], normal[UP], depth_jump, crease):
            edge = True ~
        {# a crease within one object counts too
        ~}
        if x > 0:
            if ids[LEFT] != segment or wp.dot(normal[AT], normal[LEFT]) < crease:
                edge = True
        if y > 0:
            if ids[UP] != segment or wp.dot(normal[AT], normal[UP]) < crease:
                edge = True}
        edge_out[AT] = edge
            """,
        ),
        (
            "outline_shapes draw_outlines outline_selection",
            "Draws outlines over an image",
            """
        LEAVE
        segment = ids[AT]
        {edge = bool(False)
        if x > 0 and ids[LEFT] != segment:
            edge = True
        if y > 0 and ids[UP] != segment:
            edge = True
        if edge:
            rgb_io[AT] = {highlight ~ 0.5 * rgb_io[AT] + 0.5 * highlight} ~
        {# only around what is selected
        ~}
        inside = segment == selected_id
        edge = bool(False)
        if x > 0:
            edge = (ids[LEFT] == selected_id) != inside
        if y > 0 and (ids[UP] == selected_id) != inside:
            edge = True
        if edge:
            rgb_io[AT] = highlight
        {elif inside:
            rgb_io[AT] = wp.lerp(rgb_io[AT], highlight, overlay_alpha) ~}}
            """,
        ),
    ),
    "blend_samples": (
        (
            "accumulate_samples average_frames accumulate_frame",
            "The mean of all frames so far",
            """
        LEAVE
        {n = samples_io[AT]
        {if n >= max_samples:
            return ~} ~
        n = samples_io[AT]
        {# the camera moved: begin again
        ~}
        if moved[VIEW]:
            n = 0}
        {rgb_io[AT] = rgb_io[AT] + (rgb[AT] - rgb_io[AT]) / float(n + 1) ~
        t = 1.0 / float(n + 1)
        rgb_io[AT] = wp.lerp(rgb_io[AT], rgb[AT], t)}
        samples_io[AT] = n + 1
            """,
        ),
        (
            "temporal_filter blend_history temporal_accumulation",
            "Images blended with those of earlier frames",
            """
        LEAVE
        {if {moved[VIEW] ~ moved[VIEW] or ids[AT] != last_ids[AT]}:
            {# what was there before says nothing
            ~}
            rgb_io[AT] = rgb[AT]
            return
        past = rgb_io[AT]
        {{# bright single pixels are limited by what was seen before
        ~}
        bound = past + wp.vec3(clamp_width, clamp_width, clamp_width)
        new = wp.min(rgb[AT], bound)
        rgb_io[AT] = wp.lerp(past, new, new_share) ~
        rgb_io[AT] = wp.lerp(past, rgb[AT], new_share) ~
        rgb_io[AT] = new_share * rgb[AT] + (1.0 - new_share) * past} ~
        {# history counts only of the same thing, seen from the same place
        ~}
        same = not moved[VIEW] and ids[AT] == last_ids[AT]
        weight = new_share if same else 1.0
        rgb_io[AT] = {wp.lerp(rgb_io[AT], rgb[AT], weight) ~ rgb_io[AT] + weight * (rgb[AT] - rgb_io[AT])}}
            """,
        ),
    ),
    "shade_pixels": (
        (
            "shade_pixels shade_hits apply_lights",
            "The colors of what pixels show",
            """
        LEAVE
        shape = ids[AT]
        if shape < 0:
            {rgb_out[AT] = background ~
            {# above the horizon or below
            ~}
            t = 0.5 * (ray_dir[AT][2] + 1.0)
            rgb_out[AT] = wp.lerp(ground_color, background, t)}
            return
        n_w = normal[AT]
        {light = {ambient ~ wp.vec3(0.1, 0.1, 0.1)} ~
        {# lit from the sky more than from the ground
        ~}
        light = wp.lerp(ground_color, ambient, 0.5 * (n_w[2] + 1.0))}
        {diffuse = {lambert(n_w, sun_dir) ~ wp.max(-wp.dot(n_w, sun_dir), 0.0)}
        {if in_shadow[AT]:
            diffuse = 0.0 ~}
        light += diffuse * sun_color
        ~
        if not in_shadow[AT]:
            light += wp.max(-wp.dot(n_w, sun_dir), 0.0) * sun_color
            {# a highlight around the mirrored direction
            ~}
            {half_dir = wp.normalize(-sun_dir - ray_dir[AT])
            light += wp.pow(wp.max(wp.dot(n_w, half_dir), 0.0), 8.0) * sun_color ~}
        ~
        for l in range(num_lights):
            {if not light_on[l]:
                continue ~}
            diffuse = {lambert(n_w, light_dir[l]) ~ wp.max(-wp.dot(n_w, light_dir[l]), 0.0)}
            light += diffuse * light_color[l]}
        {c = wp.cw_mul(palette[shape], light) ~ base = palette[shape]
        c = wp.vec3(base[0] * light[0], base[1] * light[1], base[2] * light[2])}
        {{# far things fade
        ~}
        fog = {saturate(depth[AT] / far) ~ saturate(depth[AT] / far) ~ wp.clamp(depth[AT] / far, 0.0, 1.0)}
        c = wp.lerp(c, background, fog) ~ c = tone_map(c, exposure) ~ ~}
        rgb_out[AT] = c
            """,
        ),
        (
            "shade_headlight shade_by_normal render_lambert",
            "Shades what pixels show by the angle to the camera",
            """
        LEAVE
        shape = ids[AT]
        c = {background ~ wp.vec3(0.0, 0.0, 0.0)}
        if shape >= 0:
            {facing = wp.abs(wp.dot(normal[AT], ray_dir[AT])) ~ facing = wp.max(-wp.dot(normal[AT], ray_dir[AT]), 0.0)}
            {c = (0.2 + 0.8 * facing) * palette[shape] ~ c = facing * palette[shape] + (1.0 - facing) * ambient}
            {if shape == selected_id:
                c = 0.5 * c + 0.5 * highlight ~
            if in_shadow[AT]:
                c = 0.6 * c ~}
        rgb_out[AT] = c
            """,
        ),
    ),
    "merge_layers": (
        (
            "merge_layers composite_depth depth_test",
            "The nearer of two layers",
            """
        LEAVE
        {if over_depth[AT] <= 0.0:
            return ~ if over_ids[AT] < 0:
            return ~ z = over_depth[AT]
        if z <= 0.0 or z >= depth_io[AT]:
            return}
        if over_depth[AT] < depth_io[AT]:
            depth_io[AT] = over_depth[AT]
            ids_io[AT] = over_ids[AT]
            {rgb_io[AT] = over_rgb[AT] ~ normal_io[AT] = over_normal[AT] ~ rgb_io[AT] = over_rgb[AT]
            normal_io[AT] = over_normal[AT]}
            """,
        ),
        (
            "blend_layers composite_overlay alpha_composite",
            "A layer with opacity over an image",
            """
        LEAVE
        a = {saturate(opacity[AT]) ~ saturate(opacity[AT]) ~ wp.clamp(opacity[AT], 0.0, 1.0)}
        {{# hidden behind the scene
        ~}
        if over_depth[AT] > depth[AT]{ and depth[AT] > 0.0 ~}:
            {return ~ a = {0.25 * a ~ a * overlay_alpha}} ~
        if a == 0.0 or over_ids[AT] < 0:
            return}
        {rgb_io[AT] = a * over_rgb[AT] + (1.0 - a) * rgb_io[AT] ~ rgb_io[AT] = wp.lerp(rgb_io[AT], over_rgb[AT], a)}
        {if a > 0.5:
            ids_io[AT] = over_ids[AT] ~}
            """,
        ),
    ),
    "shrink_image": (
        (
            "downsample_image shrink_images reduce_resolution",
            "The mean color of each block",
            """
        LEAVE
        total = wp.vec3(0.0, 0.0, 0.0)
        {for b in range(factor):
            for a in range(factor):
                total += fine_rgb[VIEW, factor * y + b, factor * x + a]
        small_rgb[VIEW, y, x] = total / float(factor * factor) ~
        {# pixels that show nothing do not count
        ~}
        num = int(0)
        for b in range(factor):
            for a in range(factor):
                if fine_ids[VIEW, factor * y + b, factor * x + a] >= 0:
                    total += fine_rgb[VIEW, factor * y + b, factor * x + a]
                    num += 1
        if num > 0:
            small_rgb[VIEW, y, x] = total / float(num)
        else:
            small_rgb[VIEW, y, x] = background}
            """,
        ),
        (
            "downsample_depth min_pool_depth shrink_depth",
            "The depth of each block",
            """
        LEAVE
        {best = float(HUGE)
        which = int(-1)
        for b in range(factor):
            for a in range(factor):
                z = fine_depth[VIEW, factor * y + b, factor * x + a]
                if z > 0.0 and z < best:
                    best = z
                    which = fine_ids[VIEW, factor * y + b, factor * x + a]
        if best < HUGE:
            small_depth[VIEW, y, x] = best
        else:
            small_depth[VIEW, y, x] = 0.0
        small_ids[VIEW, y, x] = which ~
        best = float(HUGE)
        for b in range(factor):
            for a in range(factor):
                z = fine_depth[VIEW, factor * y + b, factor * x + a]
                if z > 0.0 and z < best:
                    best = z
        if best < HUGE:
            small_depth[VIEW, y, x] = best
        else:
            small_depth[VIEW, y, x] = 0.0 ~
        total = float(0.0)
        num = int(0)
        for b in range(factor):
            for a in range(factor):
                z = fine_depth[VIEW, factor * y + b, factor * x + a]
                {if z > 0.0 ~ if z > near and z < far}:
                    total += z
                    num += 1
        small_depth[VIEW, y, x] = total / float(wp.max(num, 1))
        {valid_out[VIEW, y, x] = num > 0 ~}}
            """,
        ),
        (
            "segment_coverage visible_fraction coverage_map",
            "The share of each block that an object covers",
            """
        LEAVE
        hits = int(0)
        for b in range(factor):
            for a in range(factor):
                if fine_ids[VIEW, factor * y + b, factor * x + a] == {selected_id ~ small_of[VIEW]}:
                    hits += 1
        share[VIEW, y, x] = float(hits) / float(factor * factor)
        {edge_out[VIEW, y, x] = hits > 0 and hits < factor * factor ~}
            """,
        ),
    ),
    "filter_image": (
        (
            "fill_depth_holes inpaint_depth fill_missing_depth",
            "Fills holes of depth images from the pixels around them",
            """
        LEAVE
        z = depth[AT]
        if z > 0.0:
            depth_out[AT] = z
            return
        {total = float(0.0)
        num = int(0)
        {for b in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
            for a in range(wp.max(x - 1, 0), wp.min(x + 2, width)): ~
        for b in range(wp.max(y - radius, 0), wp.min(y + radius, height - 1) + 1):
            for a in range(wp.max(x - radius, 0), wp.min(x + radius, width - 1) + 1):}
                z_near = depth[VIEW, b, a]
                {if z_near > 0.0 ~ if in_depth_range(z_near, near, far)}:
                    total += z_near
                    num += 1
        {if num > 0:
            depth_out[AT] = total / float(num)
        else:
            depth_out[AT] = 0.0 ~
        {# a single pixel says too little
        ~}
        depth_out[AT] = total / float(num) if num > 1 else 0.0 ~
        depth_out[AT] = total / float(wp.max(num, 1))
        {?0.4 wp.atomic_add(pixel_count, VIEW, 1)}} ~
        {# the farthest: holes are mostly behind an edge
        ~}
        farthest = float(0.0)
        {for b in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
            for a in range(wp.max(x - 1, 0), wp.min(x + 2, width)): ~
        for b in range(wp.max(y - radius, 0), wp.min(y + radius, height - 1) + 1):
            for a in range(wp.max(x - radius, 0), wp.min(x + radius, width - 1) + 1):}
                farthest = wp.max(farthest, depth[VIEW, b, a])
        depth_out[AT] = farthest ~
        closest = float(far)
        {for b in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
            for a in range(wp.max(x - 1, 0), wp.min(x + 2, width)): ~
        for b in range(wp.max(y - radius, 0), wp.min(y + radius, height - 1) + 1):
            for a in range(wp.max(x - radius, 0), wp.min(x + radius, width - 1) + 1):}
                z_near = depth[VIEW, b, a]
                if z_near > 0.0 and z_near < closest:
                    closest = z_near
        {depth_out[AT] = closest ~ if closest < far:
            depth_out[AT] = closest
        else:
            depth_out[AT] = 0.0}}
            """,
        ),
        (
            "bilateral_filter smooth_depth filter_depth",
            "Smooths depth but not across edges",
            """
        LEAVE
        z = depth[AT]
        if z <= 0.0:
            depth_out[AT] = 0.0
            return
        total = float(0.0)
        weight_sum = float(0.0)
        for dy in range(-radius, radius + 1):
            for dx in range(-radius, radius + 1):
                sample_x = x + dx
                sample_y = y + dy
                {if sample_x < 0 or sample_y < 0 or sample_x >= width or sample_y >= height:
                    continue ~ if not in_image(sample_x, sample_y, width, height):
                    continue}
                z_near = depth[VIEW, sample_y, sample_x]
                {if z_near <= 0.0 or wp.abs(z_near - z) > depth_jump:
                    continue
                weight = wp.exp(-falloff * float(dx * dx + dy * dy)) ~
                if z_near <= 0.0:
                    continue
                dz = (z_near - z) / depth_jump
                weight = wp.exp(-falloff * float(dx * dx + dy * dy) - 0.5 * dz * dz)}
                total += weight * z_near
                weight_sum += weight
        {# the pixel itself counts always
        ~}
        depth_out[AT] = total / weight_sum
            """,
        ),
        (
            "denoise_colors cross_bilateral_filter denoise_image",
            "Smooths noisy colors within surfaces",
            """
        LEAVE
        total = {rgb[AT] ~ rgb[AT]}
        weight_sum = float(1.0)
        n_w = normal[AT]
        for dy in range(-1, 2):
            for dx in range(-1, 2):
                {# wider from pass to pass
                sample_x = x + spread * dx
                sample_y = y + spread * dy ~ sample_x = x + dx
                sample_y = y + dy}
                {if (dx != 0 or dy != 0) and in_image(sample_x, sample_y, width, height):
                    {if ids[VIEW, sample_y, sample_x] == ids[AT]:
                        weight = wp.pow(wp.max(wp.dot(n_w, normal[VIEW, sample_y, sample_x]), 0.0), 8.0)
                        total += weight * rgb[VIEW, sample_y, sample_x]
                        weight_sum += weight ~
                    z_near = depth[VIEW, sample_y, sample_x]
                    n_near = normal[VIEW, sample_y, sample_x]
                    if same_surface(depth[AT], z_near, n_w, n_near, depth_jump, crease):
                        total += rgb[VIEW, sample_y, sample_x]
                        weight_sum += 1.0} ~
                if dx == 0 and dy == 0:
                    continue
                if not in_image(sample_x, sample_y, width, height):
                    continue
                {if ids[VIEW, sample_y, sample_x] != ids[AT]:
                    continue ~}
                weight = wp.max(wp.dot(n_w, normal[VIEW, sample_y, sample_x]), 0.0)
                weight *= wp.exp(-wp.abs(depth[VIEW, sample_y, sample_x] - depth[AT]) / depth_jump)
                total += weight * rgb[VIEW, sample_y, sample_x]
                weight_sum += weight}
        rgb_out[AT] = total / weight_sum
            """,
        ),
        (
            "dilate_mask grow_mask expand_selection",
            "Grows or shrinks what a mask covers",
            """
        LEAVE
        {covered = bool(False)
        {for b in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
            for a in range(wp.max(x - 1, 0), wp.min(x + 2, width)): ~
        for b in range(wp.max(y - radius, 0), wp.min(y + radius, height - 1) + 1):
            for a in range(wp.max(x - radius, 0), wp.min(x + radius, width - 1) + 1):}
                if {valid[VIEW, b, a] ~ ids[VIEW, b, a] == selected_id}:
                    covered = True
        {valid_out[AT] = covered ~
        {# the rim alone
        ~}
        valid_out[AT] = covered and ids[AT] != selected_id ~
        if covered and depth[AT] > 0.0:
            rgb_io[AT] = wp.lerp(rgb_io[AT], highlight, overlay_alpha)} ~
        num = int(0)
        {for b in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
            for a in range(wp.max(x - 1, 0), wp.min(x + 2, width)): ~
        for b in range(wp.max(y - radius, 0), wp.min(y + radius, height - 1) + 1):
            for a in range(wp.max(x - radius, 0), wp.min(x + radius, width - 1) + 1):}
                if {ids[VIEW, b, a] == selected_id ~ valid[VIEW, b, a]}:
                    num += 1
        {valid_out[AT] = num >= min_count ~
        {# single pixels go, holes close
        ~}
        if valid[AT]:
            valid_out[AT] = num > 1
        else:
            valid_out[AT] = num >= min_count}}
            """,
        ),
        (
            "gaussian_blur blur_pass separable_blur",
            "One direction of a blur that is done in two",
            """
        LEAVE
        total = wp.vec3(0.0, 0.0, 0.0)
        {for k in range(-RADIUS, RADIUS + 1):
            {sample_x = clamp_to_image(x + k, width)
            total += blur_weight[k + RADIUS] * rgb[VIEW, y, sample_x] ~
            sample_y = clamp_to_image(y + k, height)
            total += blur_weight[k + RADIUS] * rgb[VIEW, sample_y, x]}
        rgb_out[AT] = total ~
        weight_sum = float(0.0)
        for k in range(-RADIUS, RADIUS + 1):
            {sample_x = x + k
            if sample_x >= 0 and sample_x < width:
                total += blur_weight[k + RADIUS] * rgb[VIEW, y, sample_x]
                weight_sum += blur_weight[k + RADIUS] ~
            sample_y = y + k
            if sample_y < 0 or sample_y >= height:
                continue
            total += blur_weight[k + RADIUS] * rgb[VIEW, sample_y, x]
            weight_sum += blur_weight[k + RADIUS]}
        rgb_out[AT] = total / weight_sum ~
        {if blur_rows:
            for k in range(-RADIUS, RADIUS + 1):
                total += blur_weight[k + RADIUS] * rgb[VIEW, y, clamp_to_image(x + k, width)]
        else:
            for k in range(-RADIUS, RADIUS + 1):
                total += blur_weight[k + RADIUS] * rgb[VIEW, clamp_to_image(y + k, height), x]}
        rgb_out[AT] = total}
            """,
        ),
        (
            "sobel_gradient image_gradient compute_image_gradient",
            "How steeply the brightness changes",
            """
        LEAVE
        {if x == 0 or y == 0 or x == width - 1 or y == height - 1:
            {value_out[AT] = 0.0 ~ edge_out[AT] = False}
            return
        {gx = rgb_to_luminance(rgb[VIEW, y, x + 1]) - rgb_to_luminance(rgb[VIEW, y, x - 1])
        gy = rgb_to_luminance(rgb[VIEW, y + 1, x]) - rgb_to_luminance(rgb[VIEW, y - 1, x]) ~
        gx = float(0.0)
        gy = float(0.0)
        for k in range(-1, 2):
            w = {2.0 if k == 0 else 1.0 ~ float(2 - wp.abs(k))}
            gx += w * (rgb_to_luminance(rgb[VIEW, y + k, x + 1]) - rgb_to_luminance(rgb[VIEW, y + k, x - 1]))
            gy += w * (rgb_to_luminance(rgb[VIEW, y + 1, x + k]) - rgb_to_luminance(rgb[VIEW, y - 1, x + k]))} ~
        left = clamp_to_image(x - 1, width)
        right = clamp_to_image(x + 1, width)
        top = clamp_to_image(y - 1, height)
        bottom = clamp_to_image(y + 1, height)
        gx = 0.5 * (rgb_to_luminance(rgb[VIEW, y, right]) - rgb_to_luminance(rgb[VIEW, y, left]))
        gy = 0.5 * (rgb_to_luminance(rgb[VIEW, bottom, x]) - rgb_to_luminance(rgb[VIEW, top, x]))}
        {value_out[AT] = wp.sqrt(gx * gx + gy * gy) ~ value_out[AT] = wp.abs(gx) + wp.abs(gy) ~
        edge_out[AT] = gx * gx + gy * gy > gradient_limit * gradient_limit}
            """,
        ),
        (
            "reject_flying_pixels remove_outliers filter_flying_pixels",
            "Removes pixels that hang in the air between two surfaces",
            """
        LEAVE
        z = depth[AT]
        num = int(0)
        if z > 0.0:
            for b in range(wp.max(y - 1, 0), wp.min(y + 2, height)):
                for a in range(wp.max(x - 1, 0), wp.min(x + 2, width)):
                    z_near = depth[VIEW, b, a]
                    {if z_near > 0.0 and wp.abs(z_near - z) < depth_jump:
                        num += 1 ~ if z_near <= 0.0:
                        continue
                    if wp.abs(z_near - z) < {depth_jump ~ depth_jump * z}:
                        num += 1}
        {# the pixel itself is one of them
        ~}
        if num > min_count:
            depth_out[AT] = z
        else:
            depth_out[AT] = 0.0
            {?0.6 if z > 0.0:
                wp.atomic_add(pixel_count, VIEW, 1)}
        {?0.4 valid_out[AT] = num > min_count}
            """,
        ),
        (
            "reproject_history reproject_frame warp_last_frame",
            "Brings the image of the last frame to where things are now",
            """
        LEAVE
        z = depth[AT]
        if z <= 0.0:
            rgb_out[AT] = {rgb[AT] ~ background}
            return
        CAMERA_POINT
        p_w = cam_pos[VIEW] + wp.quat_rotate(cam_rot[VIEW], p_c)
        {# where the camera of the last frame saw it
        ~}
        p_last = wp.quat_rotate_inv(last_cam_rot[VIEW], p_w - last_cam_pos[VIEW])
        c = rgb[AT]
        if p_last[2] > 0.01:
            sample_x = int(wp.floor(focal * p_last[0] / p_last[2] + center_x))
            sample_y = int(wp.floor(focal * p_last[1] / p_last[2] + center_y))
            {if in_image(sample_x, sample_y, width, height):
                {if wp.abs(last_depth[VIEW, sample_y, sample_x] - p_last[2]) < depth_jump:
                    c = wp.lerp(last_rgb[VIEW, sample_y, sample_x], c, new_share) ~
                if last_ids[VIEW, sample_y, sample_x] == ids[AT]:
                    c = wp.lerp(last_rgb[VIEW, sample_y, sample_x], c, new_share) ~
                c = new_share * c + (1.0 - new_share) * last_rgb[VIEW, sample_y, sample_x]} ~
            if sample_x >= 0 and sample_y >= 0 and sample_x < width and sample_y < height:
                c = wp.lerp(last_rgb[VIEW, sample_y, sample_x], c, new_share)}
        rgb_out[AT] = c
            """,
        ),
    ),
    "to_policy": (
        (
            "normalize_observation images_to_tensor build_image_observation",
            "Images as a policy takes them, channels first",
            """
        LEAVE
        {c = rgb[AT]
        for k in range(3):
            {obs[VIEW, k, y, x] = (c[k] - channel_mean[k]) / channel_std[k] ~
            obs[VIEW, k, y, x] = 2.0 * {saturate(c[k]) ~ saturate(c[k]) ~ wp.clamp(c[k], 0.0, 1.0)} - 1.0 ~
            obs[VIEW, k, y, x] = (saturate(c[k]) - channel_mean[k]) / channel_std[k]} ~
        c = unpack_color(bits[AT])
        for k in range(3):
            obs[VIEW, k, y, x] = {c[k] ~ (c[k] - channel_mean[k]) / channel_std[k]} ~
        packed = bits[AT]
        for k in range(3):
            obs[VIEW, k, y, x] = float((packed >> wp.uint32(8 * k)) & wp.uint32(255)) / 255.0}
        {# depth is the fourth
        {z = depth[AT]
        if {z <= near or z >= far ~ not in_depth_range(z, near, far)}:
            obs[VIEW, 3, y, x] = {0.0 ~ 1.0}
        else:
            obs[VIEW, 3, y, x] = (z - near) / (far - near) ~
        obs[VIEW, 3, y, x] = saturate((depth[AT] - near) / (far - near))} ~
        # what is to be found is marked in the fourth
        {obs[VIEW, 3, y, x] = 1.0 if ids[AT] == selected_id else 0.0} ~}
            """,
        ),
        (
            "stack_frames push_frame update_frame_stack",
            "Adds a frame to those that a policy sees",
            """
        {value = rgb_to_luminance(rgb[AT]) ~ value = saturate((depth[AT] - near) / (far - near)) ~
        value = depth_shade(depth[AT], near, far) ~ value = rgb_to_luminance(unpack_color(bits[AT]))}
        if moved[VIEW]:
            {# a new episode begins with the same frame everywhere
            ~}
            for k in range(4):
                obs[VIEW, k, y, x] = value
        else:
            {for k in range(3):
                obs[VIEW, k, y, x] = obs[VIEW, k + 1, y, x]
            obs[VIEW, 3, y, x] = value ~
            # the newest is the first
            for k in range(3, 0, -1):
                obs[VIEW, k, y, x] = obs[VIEW, k - 1, y, x]
            obs[VIEW, 0, y, x] = value}
            """,
        ),
        (
            "augment_images random_color_jitter augment_observation",
            "Changes the colors of each view at random",
            """
        LEAVE
        {# one draw for the whole view
        ~}
        rng = wp.rand_init(seed, {VIEW_NUMBER ~ frame + VIEW_NUMBER})
        gain = 1.0 + {contrast_range * (2.0 * wp.randf(rng) - 1.0) ~ wp.randf(rng, -contrast_range, contrast_range)}
        shift = {brightness_range * (2.0 * wp.randf(rng) - 1.0) ~ wp.randf(rng, -brightness_range, brightness_range)}
        {c = gain * rgb[AT] + wp.vec3(shift, shift, shift) ~
        gray = rgb_to_luminance(rgb[AT])
        c = wp.lerp(wp.vec3(gray, gray, gray), rgb[AT], gain) + wp.vec3(shift, shift, shift)}
        {if mirrored and wp.randf(rng) < 0.5:
            rgb_out[VIEW, y, width - 1 - x] = c
        else:
            rgb_out[VIEW, y, x] = c ~
        for k in range(3):
            c[k] = {saturate(c[k]) ~ saturate(c[k]) ~ wp.clamp(c[k], 0.0, 1.0)}
        rgb_out[AT] = c ~
        rgb_out[AT] = c}
            """,
        ),
        (
            "crop_images shift_images random_crop",
            "Shifts each view by some pixels",
            """
        LEAVE
        {sample_x = x + crop_x[VIEW]
        sample_y = y + crop_y[VIEW]
        {if sample_x < 0 or sample_y < 0 or sample_x >= width or sample_y >= height:
            rgb_out[AT] = {background ~ wp.vec3(0.0, 0.0, 0.0)}
        else:
            rgb_out[AT] = rgb[VIEW, sample_y, sample_x] ~
        c = {background ~ wp.vec3(0.0, 0.0, 0.0)}
        if in_image(sample_x, sample_y, width, height):
            c = rgb[VIEW, sample_y, sample_x]
        rgb_out[AT] = c ~
        if not in_image(sample_x, sample_y, width, height):
            depth_out[AT] = far
            return
        depth_out[AT] = depth[VIEW, sample_y, sample_x]} ~
        {# the border is repeated
        ~}
        sample_x = clamp_to_image(x + crop_x[VIEW], width)
        sample_y = clamp_to_image(y + crop_y[VIEW], height)
        rgb_out[AT] = rgb[VIEW, sample_y, sample_x]
        {?0.4 ids_out[AT] = ids[VIEW, sample_y, sample_x]}}
            """,
        ),
        (
            "luminance_histogram measure_exposure brightness_histogram",
            "How bright the pixels of each view are",
            """
        LEAVE
        {if ids[AT] < 0:
            return ~ if not valid[AT]:
            return ~}
        luma = {rgb_to_luminance(rgb[AT]) ~ rgb_to_luminance(unpack_color(bits[AT]))}
        {level = wp.clamp(int(luma * float(NUM_BINS)), 0, NUM_BINS - 1) ~
        level = wp.min(int(luma * float(NUM_BINS)), NUM_BINS - 1)
        {?0.3 if level == 0 and not count_dark:
            return} ~
        {# by its logarithm, as eyes see it
        ~}
        level = int(0)
        if luma > min_luma:
            t = (wp.log2(luma) - wp.log2(min_luma)) / (-wp.log2(min_luma))
            level = wp.clamp(int(t * float(NUM_BINS)), 0, NUM_BINS - 1)}
        wp.atomic_add(brightness_bins, view, level, 1)
        {?0.4 wp.atomic_add(luma_sum, VIEW, luma)}
            """,
        ),
    ),
    "depth_noise": (
        (
            "add_depth_noise simulate_depth_sensor corrupt_depth",
            "Depth as a sensor sees it",
            """
        LEAVE
        z = depth[AT]
        if z <= 0.0 or z > far:
            depth_out[AT] = 0.0
            return
        rng = wp.rand_init(seed + frame, x + width * (y + height * VIEW_NUMBER))
        {{# some pixels get no answer
        ~}
        if wp.randf(rng) < dropout:
            depth_out[AT] = 0.0
            return ~}
        {sigma = {noise_level * z * z ~ noise_level + noise_slope * z}
        noisy = z + sigma * wp.randn(rng) ~ noisy = z + noise_level * wp.randn(rng) ~
        {# a stereo camera measures disparity
        ~}
        disparity = baseline_focal / z + noise_level * wp.randn(rng)
        noisy = baseline_focal / wp.max(disparity, 0.1)}
        {# steps of what the sensor can tell apart
        noisy = wp.floor(noisy / depth_step) * depth_step ~}
        depth_out[AT] = wp.clamp(noisy, near, far)
            """,
        ),
    ),
}
"""What each target may be for: the kernel's names, its summary, and its lines."""

_FUNCTIONS = (
    """
    def to_byte(value: float) -> wp.uint8:
        {return wp.uint8(255.0 * wp.clamp(value, 0.0, 1.0)) ~ return wp.uint8(wp.clamp(value, 0.0, 1.0) * 255.0) ~
        return wp.uint8(wp.clamp(255.0 * value + 0.5, 0.0, 255.0))}
    """,
    """
    def pack_color(c: wp.vec3, alpha: float) -> wp.uint32:
        {red = wp.uint32(255.0 * wp.clamp(c[0], 0.0, 1.0))
        green = wp.uint32(255.0 * wp.clamp(c[1], 0.0, 1.0))
        blue = wp.uint32(255.0 * wp.clamp(c[2], 0.0, 1.0))
        a = wp.uint32(255.0 * wp.clamp(alpha, 0.0, 1.0))
        return red | (green << wp.uint32(8)) | (blue << wp.uint32(16)) | (a << wp.uint32(24)) ~
        packed = wp.uint32(255.0 * wp.clamp(alpha, 0.0, 1.0))
        for k in range(3):
            packed = (packed << wp.uint32(8)) | wp.uint32(255.0 * wp.clamp(c[2 - k], 0.0, 1.0))
        return packed}
    """,
    """
    def unpack_color(packed: wp.uint32) -> wp.vec3:
        {red = float(packed & wp.uint32(255))
        green = float((packed >> wp.uint32(8)) & wp.uint32(255))
        blue = float((packed >> wp.uint32(16)) & wp.uint32(255))
        return wp.vec3(red, green, blue) / 255.0 ~
        c = wp.vec3(0.0, 0.0, 0.0)
        for k in range(3):
            c[k] = float((packed >> wp.uint32(8 * k)) & wp.uint32(255)) / 255.0
        return c}
    """,
    """
    def rgb_to_luminance(c: wp.vec3) -> float:
        {return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2] ~ return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2] ~
        return wp.dot(c, wp.vec3(0.2126, 0.7152, 0.0722))}
    """,
    """
    def linear_to_srgb(linear: float) -> float:
        {if linear <= 0.0031308:
            return 12.92 * linear
        return 1.055 * wp.pow(linear, 1.0 / 2.4) - 0.055 ~
        if linear > 0.0031308:
            return 1.055 * wp.pow(linear, 1.0 / 2.4) - 0.055
        return 12.92 * linear ~
        encoded = 12.92 * linear
        if linear > 0.0031308:
            encoded = 1.055 * wp.pow(linear, 1.0 / 2.4) - 0.055
        return encoded}
    """,
    """
    def pixel_ray(x: int, y: int, f: float, cx: float, cy: float) -> wp.vec3:
        {return wp.vec3((float(x) + 0.5 - cx) / f, (float(y) + 0.5 - cy) / f, 1.0) ~
        u = (float(x) + 0.5 - cx) / f
        v = (float(y) + 0.5 - cy) / f
        return wp.vec3(u, v, 1.0)}
    """,
    """
    def lens_ray(x: int, y: int, k: wp.vec4) -> wp.vec3:
        {# focal lengths come first, then the centre
        ~}
        {return wp.vec3((float(x) + 0.5 - k[2]) / k[0], (float(y) + 0.5 - k[3]) / k[1], 1.0) ~
        u = (float(x) + 0.5 - k[2]) / k[0]
        v = (float(y) + 0.5 - k[3]) / k[1]
        return wp.vec3(u, v, 1.0)}
    """,
    """
    def in_depth_range(z: float, near: float, far: float) -> bool:
        {return z > near and z < far ~ if z <= near or z >= far:
            return False
        return True}
    """,
    """
    def in_image(px: int, py: int, width: int, height: int) -> bool:
        {return px >= 0 and py >= 0 and px < width and py < height ~ return px >= 0 and px < width and py >= 0 and \
                py < height ~
        if px < 0 or py < 0:
            return False
        return px < width and py < height}
    """,
    """
    def clamp_to_image(i: int, size: int) -> int:
        {return wp.clamp(i, 0, size - 1) ~ return wp.min(wp.max(i, 0), size - 1)}
    """,
    """
    def id_color(segment: int) -> wp.vec3:
        key = {wp.uint32(segment + 1) * wp.uint32(2654435761) ~ wp.uint32(segment) * wp.uint32(747796405) + \
                wp.uint32(2891336453)}
        {?0.5 key = key ^ (key >> wp.uint32(15))}
        red = float((key >> wp.uint32(24)) & wp.uint32(255))
        green = float((key >> wp.uint32(16)) & wp.uint32(255))
        blue = float((key >> wp.uint32(8)) & wp.uint32(255))
        return wp.vec3(red, green, blue) / 255.0
    """,
    """
    def tone_map(c: wp.vec3, exposure: float) -> wp.vec3:
        s = exposure * c
        {# Reinhard
        return wp.vec3(s[0] / (1.0 + s[0]), s[1] / (1.0 + s[1]), s[2] / (1.0 + s[2])) ~
        out = wp.vec3(0.0, 0.0, 0.0)
        for k in range(3):
            out[k] = s[k] / (1.0 + s[k])
        return out ~
        out = wp.vec3(0.0, 0.0, 0.0)
        for k in range(3):
            x = s[k]
            # the filmic curve of ACES
            out[k] = wp.clamp(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0)
        return out ~
        return wp.vec3(1.0 - wp.exp(-s[0]), 1.0 - wp.exp(-s[1]), 1.0 - wp.exp(-s[2]))}
    """,
    """
    def same_surface(z: float, z_beside: float, n: wp.vec3, n_beside: wp.vec3, jump: float, crease: float) -> bool:
        {if z_beside <= 0.0 or wp.abs(z - z_beside) > jump:
            return False
        return wp.dot(n, n_beside) > crease ~
        return z_beside > 0.0 and wp.abs(z - z_beside) <= jump and wp.dot(n, n_beside) > crease}
    """,
    """
    def depth_shade(z: float, near: float, far: float) -> float:
        {return wp.clamp((far - z) / (far - near), 0.0, 1.0) ~ t = (z - near) / (far - near)
        return 1.0 - wp.clamp(t, 0.0, 1.0) ~
        {# by its inverse, so that near things differ more
        ~}
        t = (1.0 / wp.max(z, near) - 1.0 / far) / (1.0 / near - 1.0 / far)
        return wp.clamp(t, 0.0, 1.0)}
    """,
    """
    def lambert(n: wp.vec3, light_dir: wp.vec3) -> float:
        {return wp.max(-wp.dot(n, light_dir), 0.0) ~ facing = -wp.dot(n, light_dir)
        if facing < 0.0:
            return 0.0
        return facing ~
        {# wraps around, so that no side is black
        ~}
        return 0.5 - 0.5 * wp.dot(n, light_dir)}
    """,
    """
    def is_background(segment: int, hidden: int) -> bool:
        return segment < 0 or segment == hidden
    """,
)
"""Functions that lines call."""

_CAMERA_POINT = """{p_c = z * {pixel_ray(x, y, focal, center_x, center_y) ~ lens_ray(x, y, lens[VIEW])} ~
        # depth along the ray, not along the axis
        p_c = z * wp.normalize({pixel_ray(x, y, focal, center_x, center_y) ~ lens_ray(x, y, lens[VIEW])}) ~
        {u = (float(x) + 0.5 - center_x) / focal
        v = (float(y) + 0.5 - center_y) / focal
        ~
        intrinsics = lens[VIEW]
        u = (float(x) + 0.5 - intrinsics[2]) / intrinsics[0]
        v = (float(y) + 0.5 - intrinsics[3]) / intrinsics[1]}
        {p_c = wp.vec3(u * z, v * z, z) ~
        # depth along the ray, not along the axis
        p_c = z * wp.normalize(wp.vec3(u, v, 1.0))}}"""
"""The point that a pixel shows, as its camera sees it."""

_MATRIX = {"focal": "0, 0", "center_x": "0, 2", "center_y": "1, 2"}
_NUMBERS = {"focal": "0", "center_x": "2", "center_y": "3"}
"""Where a camera's matrix, or its four numbers, have what else would be arguments of their own."""
_AS_POSES = (
    (r"last_cam_rot", "last_cam_turn"),
    (r"cam_pos\[VIEW\] \+ wp\.quat_rotate\(cam_rot\[VIEW\], p_c\)", "wp.transform_point(cam_pose[VIEW], p_c)"),
    (r"wp\.quat_rotate\(cam_rot\[VIEW\], p_c\) \+ cam_pos\[VIEW\]", "wp.transform_point(cam_pose[VIEW], p_c)"),
    (r"(?<!last_)cam_rot\[VIEW\]", "wp.transform_get_rotation(cam_pose[VIEW])"),
    (r"(?<!last_)cam_pos\[VIEW\]", "wp.transform_get_translation(cam_pose[VIEW])"),
    (r"last_cam_turn", "last_cam_rot"),
)
"""Positions and rotations of cameras as parts of their poses."""


def _draw(stream: Stream, target: str) -> KernelSpec:
    """Images of cameras, a thread for each pixel."""
    titles, summary, text = stream.child("purpose").choice(_PIXELS[target])
    viewer = Viewer(stream, target)
    viewer.declare()
    for each in _FUNCTIONS:
        viewer.p.function(each)
    text = text.replace("CAMERA_POINT", _CAMERA_POINT)
    choices = stream.child("poses")
    if choices.chance(0.85):
        for pattern, pose in _AS_POSES:
            text = re.sub(pattern, pose, text)
        viewer.p.array("cam_pose", FRAME, (-1, 1), viewer.views, ("camera_pose", "cam_X_w", "camera_transforms"),
                       element="wp.transform")  # fmt: skip
    if "focal" in text and choices.chance(0.8):
        # all cameras alike: a matrix, or its four numbers
        kind, places = choices.choice(((Type("float32", (3, 3)), _MATRIX), (Type("float32", (4,)), _NUMBERS)))
        viewer.p.scalar("camera_K", kind, (2.5, 5), ("camera_K", "intrinsics", "K"))
        for name, place in places.items():
            text = re.sub(rf"(?<!_){name}\b", f"camera_K[{place}]", text)
    viewer.write(text)
    docstrings = ("One thread per pixel.", "Launched over all pixels of all cameras.")
    return viewer.p.done("sensors", "images", target, summary, tuple(titles.split()), docstrings)


_WEIGHTS = {"pack_colors": 1.8, "unpack_colors": 1.8}
RECIPES = (Recipe(name="images", category="sensors", targets=tuple(_PIXELS), draw=_draw, target_weights=_WEIGHTS),)
