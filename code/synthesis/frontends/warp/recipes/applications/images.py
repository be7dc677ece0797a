"""Images that cameras of many worlds see: cleared, shaded, packed, unpacked, tiled, projected back, counted, compared.

In its lines ``AT`` is the thread's pixel, ``LEFT`` and ``UP`` those beside it, ``VIEW`` the view it belongs to,
``VIEW_BYTES`` the pixel of an image of bytes, and ``LEAVE`` what leaves the pixels of some views alone.
"""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.viewers import Viewer
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_PIXELS = {
    "clear_pixels": """
        {{if {not view_on[VIEW] ~ view_mask[VIEW] == 0}:
            return ~}
        {depth_out[AT] = {far ~ HUGE ~ 0.0}
        {ids_out[AT] = {-1 ~ NO_HIT}
        {?0.4 normal_out[AT] = {wp.vec3(0.0, 0.0, 0.0) ~ wp.vec3()}}
        ~ rgb_out[AT] = {background ~ sky_color[VIEW]}
        {?0.4 ids_out[AT] = {-1 ~ NO_HIT}}}
        ~
        rgb_out[AT] = {background ~ sky_color[VIEW] ~ wp.vec3(0.0, 0.0, 0.0)}
        {?0.5 samples_out[AT] = 0}
        ~
        bits_out[AT] = {clear_value ~ wp.uint32(0xFF000000)}
        {?0.6 depth_out[AT] = {far ~ HUGE}}}
        ~
        # each view says what it clears
        if (view_mask[VIEW] & CLEAR) != 0:
            rgb_out[AT] = {background ~ sky_color[VIEW]}
        if (view_mask[VIEW] & CLEAR_DEPTH) != 0:
            depth_out[AT] = far
            {?0.5 ids_out[AT] = {-1 ~ NO_HIT}}}
    """,
    "pack_colors": """
        LEAVE
        c = rgb[AT]
        {red = wp.uint32(wp.clamp(c[0], 0.0, 1.0) * 255.0)
        green = wp.uint32(wp.clamp(c[1], 0.0, 1.0) * 255.0)
        blue = wp.uint32(wp.clamp(c[2], 0.0, 1.0) * 255.0)
        ~
        for k in range(3):
            c[k] = wp.clamp(c[k], 0.0, 1.0)
        red = wp.uint32(c[0] * 255.0)
        green = wp.uint32(c[1] * 255.0)
        blue = wp.uint32(c[2] * 255.0)
        ~
        {c = wp.max(wp.min(c, wp.vec3(1.0, 1.0, 1.0)), wp.vec3(0.0, 0.0, 0.0)) * 255.0
        ~ c = wp.max(c, wp.vec3(0.0, 0.0, 0.0))
        c = 255.0 * wp.min(c, wp.vec3(1.0, 1.0, 1.0))}
        red = wp.uint32(c[0])
        green = wp.uint32(c[1])
        blue = wp.uint32(c[2])}
        {bits_out[AT] = {wp.uint32(0xFF000000) | red | (green << wp.uint32(8)) | (blue << wp.uint32(16)) ~ \
                (wp.uint32(255) << wp.uint32(24)) | (blue << wp.uint32(16)) | (green << wp.uint32(8)) | red}
        ~
        bytes_out[VIEW_BYTES, 0] = wp.uint8(red)
        bytes_out[VIEW_BYTES, 1] = wp.uint8(green)
        bytes_out[VIEW_BYTES, 2] = wp.uint8(blue)
        {?0.5 bytes_out[VIEW_BYTES, 3] = wp.uint8(255)}}
    """,
    "unpack_colors": """
        LEAVE
        packed = bits[AT]
        {# red is the lowest byte
        red = float(packed & wp.uint32(255))
        green = float((packed >> wp.uint32(8)) & wp.uint32(255))
        blue = float((packed >> wp.uint32(16)) & wp.uint32(255))
        {rgb_out[AT] = wp.vec3(red, green, blue) {/ 255.0 ~ * inv255}
        ~
        # weights of red, green and blue for brightness
        value_out[AT] = (0.299 * red + 0.587 * green + 0.114 * blue) {/ 255.0 ~ * inv255}}
        ~
        {bytes_out[VIEW_BYTES, 0] = wp.uint8(packed & wp.uint32(0xFF))
        bytes_out[VIEW_BYTES, 1] = wp.uint8((packed >> wp.uint32(8)) & wp.uint32(0xFF))
        bytes_out[VIEW_BYTES, 2] = wp.uint8((packed >> wp.uint32(16)) & wp.uint32(0xFF))
        ~
        for k in range(3):
            bytes_out[VIEW_BYTES, k] = wp.uint8((packed >> wp.uint32(8 * k)) & wp.uint32(0xFF))}
        {?0.6 bytes_out[VIEW_BYTES, 3] = {wp.uint8(255) ~ wp.uint8(packed >> wp.uint32(24))}}}
    """,
    "depth_bytes": """
        LEAVE
        {z = depth[AT]
        if {z <= 0.0 ~ z <= near ~ z < near or z > far}:
            # {nothing was hit ~ out of range}
            gray_out[AT] = wp.uint8(0)
            {?0.5 valid_out[AT] = False}
            return
        {?0.5 valid_out[AT] = True}
        ~
        z = wp.clamp(depth[AT], near, far)}
        {t = (z - near) / (far - near)
        ~ t = 1.0 - (z - near) / (far - near)
        ~ t = near * (far - z) / (z * (far - near))
        ~ t = (z - range_min[VIEW]) / wp.max(range_max[VIEW] - range_min[VIEW], 1.0e-6)}
        {gray_out[AT] = wp.uint8(wp.clamp(t, 0.0, 1.0) * 255.0)
        ~ {?0.5 t = wp.clamp(t, 0.0, 1.0)
        ~ t = wp.min(wp.max(t, 0.0), 1.0)}
        gray_out[AT] = wp.uint8(255.0 * t)}
    """,
    "depth_range": """
        LEAVE
        z = depth[AT]
        {if z <= 0.0 or z > far:
            return ~ if z <= near or z >= far:
            return ~ if not valid[AT]:
            return}
        wp.atomic_min(range_min_out, VIEW, z)
        wp.atomic_max(range_max_out, VIEW, z)
        {?0.3 wp.atomic_add(depth_sum, VIEW, z)
        wp.atomic_add(pixel_count, VIEW, 1)}
    """,
    "pixel_rays": """
        LEAVE
        {u = (float(x) + 0.5 - center_x) / focal
        v = (float(y) + 0.5 - center_y) / focal
        ~
        {u = (2.0 * (float(x) + 0.5) / float(width) - 1.0) * tan_half[VIEW] * aspect
        v = (1.0 - 2.0 * (float(y) + 0.5) / float(height)) * tan_half[VIEW]
        ~ h = wp.tan(0.5 * fov[VIEW])
        u = h * aspect * (2.0 * (float(x) + 0.5) / float(width) - 1.0)
        v = h * (2.0 * (float(y) + 0.5) / float(height) - 1.0)}
        ~
        intrinsics = lens[VIEW]
        u = (float(x) - intrinsics[2]) / intrinsics[0]
        v = (float(y) - intrinsics[3]) / intrinsics[1]}
        {direction = wp.normalize(wp.vec3(u, v, {1.0 ~ -1.0}))
        direction_out[AT] = wp.quat_rotate(cam_rot[VIEW], direction)
        ~
        {?0.5 direction_out[AT] = wp.quat_rotate(cam_rot[VIEW], wp.normalize(wp.vec3(u, v, {1.0 ~ -1.0})))
        ~ q = cam_rot[VIEW]
        direction_out[AT] = wp.normalize(wp.quat_rotate(q, wp.vec3(u, v, -1.0)))}}
        {?0.6 origin_out[AT] = cam_pos[VIEW]}
    """,
    "back_project": """
        LEAVE
        z = depth[AT]
        {if z {<= 0.0 ~ <= near} {or z > far ~ or z >= far ~}:
            NO_POINT
            return
        ~
        if not valid[AT]:
            return}
        {u = (float(x) + 0.5 - center_x) / focal
        v = (float(y) + 0.5 - center_y) / focal
        ~
        intrinsics = lens[VIEW]
        u = (float(x) + 0.5 - intrinsics[2]) / intrinsics[0]
        v = (float(y) + 0.5 - intrinsics[3]) / intrinsics[1]}
        {p_c = wp.vec3(u * z, v * z, z) ~ p_c = z * wp.vec3(u, v, 1.0)
        ~ # depth along the ray, not along the axis
        p_c = z * wp.normalize(wp.vec3(u, v, 1.0))}
        POINT
    """,
    "tile_views": """
        {tile_y = view // columns
        tile_x = view % columns ~
        tile_x = view % columns
        tile_y = view // columns ~
        tile_y = view // columns
        tile_x = view - tile_y * columns}
        to_y = tile_y * height + y
        to_x = tile_x * width + x
        {atlas[to_y, to_x] = {rgb[AT] ~ rgb[AT] if view_on[VIEW] else background ~ \
                wp.where(view_on[VIEW], rgb[AT], background)}
        ~ if not view_on[VIEW]:
            atlas[to_y, to_x] = {background ~ wp.vec3(0.0, 0.0, 0.0)}
            return
        atlas[to_y, to_x] = rgb[AT]
        ~
        atlas_bits[to_y, to_x] = {bits[AT] ~ bits[AT] if view_on[VIEW] else clear_value}
        ~
        {?0.75 # a line between the tiles
        if x == 0 or y == 0:
            for k in range(3):
                atlas_bytes[to_y, to_x, k] = wp.uint8(0)
            return}
        packed = bits[AT]
        for k in range(3):
            atlas_bytes[to_y, to_x, k] = wp.uint8((packed >> wp.uint32(8 * k)) & wp.uint32(255))}
    """,
    "count_segments": """
        LEAVE
        segment = ids[AT]
        {if segment < 0{ or segment >= NUM_SEGMENTS ~}:
            return ~ if segment == -1:
            return}
        {# where it is in the image
        {wp.atomic_min(box_low_x, segment, x)
        wp.atomic_max(box_high_x, segment, x)
        wp.atomic_min(box_low_y, segment, y)
        wp.atomic_max(box_high_y, segment, y)
        {?0.5 wp.atomic_add(segment_count, segment, 1)}} ~
        # for the mean of each
        wp.atomic_add(segment_count, segment, 1)
        {wp.atomic_add(segment_rgb, segment, rgb[AT]) ~ wp.atomic_add(segment_depth, segment, depth[AT])} ~
        {?0.75 if depth[AT] > 0.0:
            wp.atomic_min(nearest, segment, depth[AT])
            wp.atomic_add(segment_count, segment, 1) ~
        wp.atomic_add(segment_count, segment, 1)}}
    """,
    "color_segments": """
        segment = ids[AT]
        {if segment < 0:
            bits_out[AT] = {wp.uint32(0) ~ clear_value ~ wp.uint32(0xFF000000)}
            return
        {?0.5 key = wp.uint32(segment) * wp.uint32(2654435761)
        ~ key = wp.uint32(segment + 1) * wp.uint32(747796405)}
        bits_out[AT] = {(key >> wp.uint32(8)) | wp.uint32(0xFF000000) ~ key & wp.uint32(0xFFFFFF)}
        ~
        if segment < 0:
            rgb_out[AT] = {background ~ wp.vec3(0.0, 0.0, 0.0)}
            return
        {rgb_out[AT] = palette[segment % NUM_SEGMENTS]
        ~ {?0.5 key = wp.uint32(segment) * wp.uint32(2654435761)
        ~ key = wp.uint32(segment + 1) * wp.uint32(747796405)}
        rgb_out[AT] = wp.vec3(float(key & wp.uint32(255)), float((key >> wp.uint32(8)) & wp.uint32(255)), \
                float((key >> wp.uint32(16)) & wp.uint32(255))) * inv255}
        ~
        c = {background ~ wp.vec3(0.0, 0.0, 0.0)}
        if segment >= 0{ and segment != hidden_id ~}:
            c = palette[segment % NUM_SEGMENTS]
            {?0.6 if segment == selected_id:
                c = 0.5 * c + 0.5 * highlight}
        rgb_out[AT] = c}
    """,
    "edge_mask": """
        LEAVE
        segment = ids[AT]
        {if x == 0 or y == 0:
            edge_out[AT] = False
            return
        edge_out[AT] = ids[LEFT] != segment or ids[UP] != segment ~
        {edge = bool(False)
        if x > 0 and ids[LEFT] != segment:
            edge = True
        if y > 0 and ids[UP] != segment:
            edge = True ~
        edge = bool(False)
        if x > 0:
            {if ids[LEFT] != segment or wp.abs(depth[AT] - depth[LEFT]) > depth_jump:
                edge = True ~ edge = edge or ids[LEFT] != segment}
        if y > 0:
            {if ids[UP] != segment or wp.abs(depth[AT] - depth[UP]) > depth_jump:
                edge = True ~ edge = edge or ids[UP] != segment}}
        {edge_out[AT] = edge
        ~ {?0.7 if edge:
            rgb_io[AT] = highlight
        ~ if edge and segment >= 0:
            rgb_io[AT] = {rgb_io[AT] * 0.5 ~ highlight}}}}
    """,
    "blend_samples": """
        LEAVE
        {n = samples_io[AT]
        {if n >= max_samples:
            return ~}
        samples_io[AT] = n + 1
        {rgb_io[AT] = rgb_io[AT] + (rgb[AT] - rgb_io[AT]) / float(n + 1) ~
        rgb_io[AT] += (rgb[AT] - rgb_io[AT]) * (1.0 / float(n + 1)) ~
        t = 1.0 / float(n + 1)
        rgb_io[AT] = wp.lerp(rgb_io[AT], rgb[AT], t)}
        ~
        {if moved[VIEW]:
            # the camera moved: begin again
            rgb_io[AT] = rgb[AT]
            {?0.6 samples_io[AT] = 1}
            return ~
        if ids[AT] != last_ids[AT]:
            rgb_io[AT] = rgb[AT]
            return}
        {rgb_io[AT] = alpha * rgb[AT] + (1.0 - alpha) * rgb_io[AT] ~
        rgb_io[AT] = wp.lerp(rgb_io[AT], rgb[AT], alpha)}
        {?0.4 samples_io[AT] += 1}}
    """,
    "shade_pixels": """
        LEAVE
        segment = ids[AT]
        {if {segment < 0 ~ segment == -1}:
            {# above the horizon or below
            t = 0.5 * (ray_dir[AT][2] + 1.0)
            rgb_out[AT] = {wp.lerp(ground_color, background, t) ~ (1.0 - t) * ground_color + t * background}
            ~ rgb_out[AT] = background}
            return ~ if segment < 0:
            rgb_out[AT] = background
            return}
        base = palette[segment % NUM_SEGMENTS]
        n_w = normal[AT]
        light = {ambient ~ wp.vec3(0.1, 0.1, 0.1)}
        {diffuse = wp.max(-wp.dot(n_w, sun_dir), 0.0)
        {?0.6 if in_shadow[AT]:
            diffuse = 0.0}
        light = light + diffuse * sun_color
        ~
        for l in range(num_lights):
            {if not light_on[l]:
                continue ~}
            diffuse = wp.max(-wp.dot(n_w, light_dir[l]), 0.0)
            {?0.6 if diffuse == 0.0:
                continue}
            light += diffuse * light_color[l]}
        {rgb_out[AT] = wp.cw_mul(base, light) ~ c = wp.cw_mul(base, light)
        {?0.5 # far things fade
        fog = wp.clamp(depth[AT] / far, 0.0, 1.0)
        c = wp.lerp(c, background, fog)}
        rgb_out[AT] = c}
    """,
    "merge_layers": """
        LEAVE
        {if over_ids[AT] < 0:
            return ~ if over_depth[AT] <= 0.0:
            return ~}
        {front = over_depth[AT] < depth_io[AT]{ and over_ids[AT] >= 0 ~}
        {if front:
            depth_io[AT] = over_depth[AT]
            {* ids_io[AT] = over_ids[AT]
            ~
                rgb_io[AT] = over_rgb[AT]
            ~
                normal_io[AT] = over_normal[AT]
            }
        ~
        depth_out[AT] = wp.where(front, over_depth[AT], depth_io[AT])
        {* ids_out[AT] = wp.where(front, over_ids[AT], ids[AT])
        ~
            rgb_out[AT] = wp.where(front, over_rgb[AT], rgb[AT])
        ~
            normal_out[AT] = wp.where(front, over_normal[AT], normal[AT])
        }}
        ~
        if over_depth[AT] >= depth_io[AT]{ and depth_io[AT] > 0.0 ~}:
            return
        depth_io[AT] = over_depth[AT]
        {* ids_io[AT] = over_ids[AT]
        ~
            rgb_io[AT] = over_rgb[AT]
        ~
            normal_io[AT] = over_normal[AT]
        }}
    """,
    "shrink_image": """
        LEAVE
        {# mean of a block
        total = wp.vec3(0.0, 0.0, 0.0)
        for b in range(factor):
            for a in range(factor):
                total += fine_rgb[VIEW, factor * y + b, factor * x + a]
        small_rgb[VIEW, y, x] = total / float(factor * factor)
        ~
        # nearest of a block, as far as anything is there
        best = float(HUGE)
        {which = int(-1)
        for b in range(factor):
            for a in range(factor):
                z = fine_depth[VIEW, factor * y + b, factor * x + a]
                if z > 0.0 and z < best:
                    best = z
                    which = fine_ids[VIEW, factor * y + b, factor * x + a]
        small_ids[VIEW, y, x] = which
        ~
        for b in range(factor):
            for a in range(factor):
                z = fine_depth[VIEW, factor * y + b, factor * x + a]
                if z > 0.0 and z < best:
                    best = z}
        small_depth[VIEW, y, x] = {best if best < HUGE else 0.0 ~ wp.where(best < HUGE, best, 0.0)}
        ~
        # one of each block
        small_depth[VIEW, y, x] = fine_depth[VIEW, factor * y, factor * x]
        ~
        hits = int(0)
        for b in range(factor):
            for a in range(factor):
                if fine_ids[VIEW, factor * y + b, factor * x + a] == {selected_id ~ small_of[VIEW]}:
                    hits += 1
        {share[VIEW, y, x] = float(hits) / float(factor * factor) ~
        edge_out[VIEW, y, x] = {hits > 0 ~ hits > 0 and hits < factor * factor}}}
    """,
    "depth_noise": """
        LEAVE
        z = depth[AT]
        {if z <= 0.0{ or z > far ~}:
            depth_out[AT] = {0.0 ~ z}
            return ~}
        rng = wp.rand_init(seed + frame, x + width * (y + height * VIEW_NUMBER))
        {if wp.randf(rng) < dropout:
            depth_out[AT] = 0.0
            return ~}
        {?0.6 sigma = {noise_level * z * z ~ noise_level + noise_slope * z}
        ~ sigma = float(noise_level)}
        noisy = z + sigma * wp.randn(rng)
        {?0.5 # steps of what the sensor can tell apart
        noisy = wp.floor(noisy / depth_step) * depth_step}
        depth_out[AT] = {wp.max(noisy, 0.0) ~ wp.clamp(noisy, near, far)}
    """,
}  # fmt: skip

_TITLES = {
    "clear_pixels": ("clear_images", "Clears what cameras have seen", "clear_render_buffers reset_pixels"),
    "pack_colors": ("pack_colors", "Packs colors into whole numbers", "encode_colors quantize_image convert_colors"),
    "unpack_colors": (
        "unpack_colors",
        "Takes packed colors apart",
        "decode_colors split_channels convert_packed_colors",
    ),
    "depth_bytes": ("depth_to_gray", "Depth as shades of gray", "convert_depth normalize_depth visualize_depth"),
    "depth_range": ("find_depth_range", "The range of depth in each view", "reduce_depth measure_depth_range"),
    "pixel_rays": ("compute_camera_rays", "Rays through pixels", "generate_rays build_pixel_rays init_camera_rays"),
    "back_project": ("unproject_depth", "Points that pixels show", "depth_to_points back_project"),
    "tile_views": ("tile_images", "Views side by side in one image", "compose_atlas flatten_views tile_cameras"),
    "count_segments": ("count_segments", "What each object covers", "measure_segments bound_shapes sum_segments"),
    "color_segments": ("colorize_segments", "Colors of objects", "colorize_ids visualize_segmentation apply_palette"),
    "edge_mask": ("find_edges", "Outlines of objects", "outline_shapes mark_silhouettes detect_edges"),
    "blend_samples": ("accumulate_samples", "Images blended over time", "blend_history temporal_filter average_frames"),
    "shade_pixels": ("shade_pixels", "Colors of what pixels show", "shade_hits apply_lights render_color"),
    "merge_layers": ("merge_layers", "The nearer of two layers", "composite_depth depth_test merge_images"),
    "shrink_image": ("downsample_image", "Smaller images", "shrink_images reduce_resolution resample_views"),
    "depth_noise": ("add_depth_noise", "Depth as a sensor sees it", "corrupt_depth simulate_depth_sensor noisy_depth"),
}

_POINTS = (
    (
        "            point_out[AT] = {wp.vec3(0.0, 0.0, 0.0) ~ wp.vec3()}\n",
        """
        point_out[AT] = {cam_pos[VIEW] + wp.quat_rotate(cam_rot[VIEW], p_c) ~ \\
                wp.quat_rotate(cam_rot[VIEW], p_c) + cam_pos[VIEW]}
        """,
    ),
    (
        "",
        """
        p_w = wp.quat_rotate(cam_rot[VIEW], p_c) + cam_pos[VIEW]
        {# neither the floor nor the ceiling
        if p_w[2] < floor_height or p_w[2] > ceiling:
            return ~ if p_w[2] < floor_height:
            return ~}
        slot = wp.atomic_add(counter, 0, 1)
        {if slot < max_points:
            cloud[slot] = p_w
            {?0.4 cloud_ids[slot] = ids[AT]} ~
        if slot >= max_points:
            return
        cloud[slot] = p_w
        {?0.4 cloud_rgb[slot] = rgb[AT]}}
        """,
    ),
)
"""What is left where nothing was hit, and what is done with a point: an image of points, or a cloud."""


def _draw(stream: Stream, target: str) -> KernelSpec:
    """Images of cameras, a thread for each pixel."""
    viewer = Viewer(stream, target)
    viewer.declare()
    cloud = viewer.p.choices.chance(0.4)
    none, point = _POINTS[cloud]
    text = _PIXELS[target].replace("            NO_POINT\n", none).replace("        POINT\n", point[1:].rstrip(" "))
    viewer.write(text)
    first, summary, others = _TITLES[target]
    if target == "back_project" and cloud:
        first, others = "build_point_cloud", "append_depth_points depth_to_point_cloud"
    docstrings = ("One thread per pixel.", "Launched over all pixels of all cameras.")
    return viewer.p.done("sensors", "images", target, summary, (first, *others.split()), docstrings)


RECIPES = (Recipe(name="images", category="sensors", targets=tuple(_PIXELS), draw=_draw),)
