"""Images that cameras of many worlds see: cleared, shaded, packed, unpacked, tiled, projected back, counted, compared.

In the lines, ``AT`` stands for the indices of the thread's pixel, ``LEFT`` and ``UP`` for those of its neighbours,
``VIEW`` for those of its view, ``VIEW_BYTES`` for those of a pixel in an image of bytes, and ``LEAVE`` for lines that
return early for some views.
"""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FRAME
from synthesis.frontends.warp.recipes.applications.viewers import Viewer

_BODIES = read_bodies("warp", "images", margin=8)

_PIXELS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "clear_pixels": (
        (
            "clear_images clear_render_buffers reset_pixels",
            "Clears the images of cameras",
            _BODIES["clear_pixels.clear_images"],
        ),
        (
            "clear_targets clear_by_flags clear_attachments",
            "Clears what the flags of each camera ask for",
            _BODIES["clear_pixels.clear_targets"],
        ),
    ),
    "pack_colors": (
        (
            "pack_rgba pack_colors encode_colors",
            "Packs colors into whole numbers, red in the lowest byte",
            _BODIES["pack_colors.pack_rgba"],
        ),
        (
            "image_to_bytes convert_to_uint8 quantize_image",
            "Colors as bytes",
            _BODIES["pack_colors.image_to_bytes"],
        ),
        (
            "encode_srgb linear_to_srgb gamma_encode",
            "Linear colors as bytes of sRGB",
            _BODIES["pack_colors.encode_srgb"],
        ),
    ),
    "unpack_colors": (
        (
            "unpack_colors decode_colors unpack_rgba",
            "Packed colors as vectors",
            _BODIES["unpack_colors.unpack_colors"],
        ),
        (
            "convert_to_gray compute_luminance packed_to_gray",
            "Brightness of packed colors",
            _BODIES["unpack_colors.convert_to_gray"],
        ),
        (
            "split_channels unpack_to_bytes expand_rgba",
            "The bytes of packed colors",
            _BODIES["unpack_colors.split_channels"],
        ),
    ),
    "depth_bytes": (
        (
            "depth_to_gray visualize_depth convert_depth",
            "Depth as shades of gray",
            _BODIES["depth_bytes.depth_to_gray"],
        ),
        (
            "depth_to_heatmap colorize_depth depth_colormap",
            "Depth as colors from near to far",
            _BODIES["depth_bytes.depth_to_heatmap"],
        ),
    ),
    "depth_range": (
        (
            "find_depth_range reduce_depth measure_depth_range",
            "The nearest and farthest depth in each view",
            _BODIES["depth_range.find_depth_range"],
        ),
        (
            "accumulate_depth_error compare_depth depth_statistics",
            "How far the depth of each view is from a reference",
            _BODIES["depth_range.accumulate_depth_error"],
        ),
    ),
    "pixel_rays": (
        (
            "compute_camera_rays generate_rays init_camera_rays",
            "Rays through pixels",
            _BODIES["pixel_rays.compute_camera_rays"],
        ),
        (
            "ortho_camera_rays orthographic_rays init_ortho_rays",
            "Parallel rays of orthographic cameras",
            _BODIES["pixel_rays.ortho_camera_rays"],
        ),
        (
            "panorama_rays spherical_camera_rays init_lidar_rays",
            "Rays to all sides",
            _BODIES["pixel_rays.panorama_rays"],
        ),
    ),
    "back_project": (
        (
            "unproject_depth depth_to_points back_project",
            "The points in the world that pixels show",
            _BODIES["back_project.unproject_depth"],
        ),
        (
            "unproject_depth depth_to_points points_from_depth",
            "The points in the world that pixels show, and which pixels show one",
            _BODIES["back_project.unproject_depth_2"],
        ),
        (
            "build_point_cloud append_depth_points depth_to_point_cloud",
            "Appends the points that pixels show to a cloud",
            _BODIES["back_project.build_point_cloud"],
        ),
        (
            "normals_from_depth depth_to_normals estimate_normals",
            "Normals of the surface that pixels show",
            _BODIES["back_project.normals_from_depth"],
        ),
    ),
    "tile_views": (
        (
            "tile_images compose_atlas tile_cameras",
            "The views side by side in one image",
            _BODIES["tile_views.tile_images"],
        ),
        (
            "tile_packed_images tile_rgba compose_packed_atlas",
            "Packed images side by side in one",
            _BODIES["tile_views.tile_packed_images"],
        ),
    ),
    "count_segments": (
        (
            "bound_segments segment_boxes compute_bounding_boxes",
            "The box in each image around each object",
            _BODIES["count_segments.bound_segments"],
        ),
        (
            "count_segments measure_segments sum_segments",
            "What each object covers in each image",
            _BODIES["count_segments.count_segments"],
        ),
        (
            "count_confusion segment_overlap accumulate_iou",
            "How two segmentations agree in each image",
            _BODIES["count_segments.count_confusion"],
        ),
    ),
    "color_segments": (
        (
            "colorize_segments apply_palette colorize_ids",
            "Objects in the colors of a palette",
            _BODIES["color_segments.colorize_segments"],
        ),
        (
            "hash_segment_colors visualize_segmentation colorize_by_hash",
            "A color of its own for each object",
            _BODIES["color_segments.hash_segment_colors"],
        ),
    ),
    "edge_mask": (
        (
            "find_edges detect_edges mark_silhouettes",
            "The outlines of objects",
            _BODIES["edge_mask.find_edges"],
        ),
        (
            "outline_shapes draw_outlines outline_selection",
            "Draws outlines over an image",
            _BODIES["edge_mask.outline_shapes"],
        ),
    ),
    "blend_samples": (
        (
            "accumulate_samples average_frames accumulate_frame",
            "The mean of all frames so far",
            _BODIES["blend_samples.accumulate_samples"],
        ),
        (
            "temporal_filter blend_history temporal_accumulation",
            "Images blended with those of earlier frames",
            _BODIES["blend_samples.temporal_filter"],
        ),
    ),
    "shade_pixels": (
        (
            "shade_pixels shade_hits apply_lights",
            "The colors of what pixels show",
            _BODIES["shade_pixels.shade_pixels"],
        ),
        (
            "shade_headlight shade_by_normal render_lambert",
            "Shades what pixels show by the angle to the camera",
            _BODIES["shade_pixels.shade_headlight"],
        ),
    ),
    "merge_layers": (
        (
            "merge_layers composite_depth depth_test",
            "The nearer of two layers",
            _BODIES["merge_layers.merge_layers"],
        ),
        (
            "blend_layers composite_overlay alpha_composite",
            "A layer with opacity over an image",
            _BODIES["merge_layers.blend_layers"],
        ),
    ),
    "shrink_image": (
        (
            "downsample_image shrink_images reduce_resolution",
            "The mean color of each block",
            _BODIES["shrink_image.downsample_image"],
        ),
        (
            "downsample_depth min_pool_depth shrink_depth",
            "The depth of each block",
            _BODIES["shrink_image.downsample_depth"],
        ),
        (
            "segment_coverage visible_fraction coverage_map",
            "The share of each block that an object covers",
            _BODIES["shrink_image.segment_coverage"],
        ),
    ),
    "filter_image": (
        (
            "fill_depth_holes inpaint_depth fill_missing_depth",
            "Fills holes of depth images from the pixels around them",
            _BODIES["filter_image.fill_depth_holes"],
        ),
        (
            "bilateral_filter smooth_depth filter_depth",
            "Smooths depth but not across edges",
            _BODIES["filter_image.bilateral_filter"],
        ),
        (
            "denoise_colors cross_bilateral_filter denoise_image",
            "Smooths noisy colors within surfaces",
            _BODIES["filter_image.denoise_colors"],
        ),
        (
            "dilate_mask grow_mask expand_selection",
            "Grows or shrinks what a mask covers",
            _BODIES["filter_image.dilate_mask"],
        ),
        (
            "gaussian_blur blur_pass separable_blur",
            "One direction of a blur that is done in two",
            _BODIES["filter_image.gaussian_blur"],
        ),
        (
            "sobel_gradient image_gradient compute_image_gradient",
            "How steeply the brightness changes",
            _BODIES["filter_image.sobel_gradient"],
        ),
        (
            "reject_flying_pixels remove_outliers filter_flying_pixels",
            "Removes pixels that hang in the air between two surfaces",
            _BODIES["filter_image.reject_flying_pixels"],
        ),
        (
            "reproject_history reproject_frame warp_last_frame",
            "Brings the image of the last frame to where things are now",
            _BODIES["filter_image.reproject_history"],
        ),
    ),
    "to_policy": (
        (
            "normalize_observation images_to_tensor build_image_observation",
            "Images as a policy takes them, channels first",
            _BODIES["to_policy.normalize_observation"],
        ),
        (
            "stack_frames push_frame update_frame_stack",
            "Adds a frame to those that a policy sees",
            _BODIES["to_policy.stack_frames"],
        ),
        (
            "augment_images random_color_jitter augment_observation",
            "Changes the colors of each view at random",
            _BODIES["to_policy.augment_images"],
        ),
        (
            "crop_images shift_images random_crop",
            "Shifts each view by some pixels",
            _BODIES["to_policy.crop_images"],
        ),
        (
            "luminance_histogram measure_exposure brightness_histogram",
            "How bright the pixels of each view are",
            _BODIES["to_policy.luminance_histogram"],
        ),
    ),
    "depth_noise": (
        (
            "add_depth_noise simulate_depth_sensor corrupt_depth",
            "Depth as a sensor sees it",
            _BODIES["depth_noise"],
        ),
    ),
}
"""Kernels by target. Each has possible names, a summary and lines."""

_FUNCTIONS = (
    """
    def to_byte(value: float) -> wp.uint8:
        {return wp.uint8(255.0 * wp.clamp(value, 0.0, 1.0)) ~ return wp.uint8(wp.clamp(value, 0.0, 1.0) * 255.0) ~
        return wp.uint8(wp.clamp(255.0 * value + 0.5, 0.0, 255.0))}
    """,
    _BODIES["functions.pack_color"],
    _BODIES["functions.unpack_color"],
    """
    def rgb_to_luminance(c: wp.vec3) -> float:
        {return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2] ~ return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2] ~
        return wp.dot(c, wp.vec3(0.2126, 0.7152, 0.0722))}
    """,
    _BODIES["functions.linear_to_srgb"],
    _BODIES["functions.pixel_ray"],
    _BODIES["functions.lens_ray"],
    _BODIES["functions.in_depth_range"],
    _BODIES["functions.in_image"],
    """
    def clamp_to_image(i: int, size: int) -> int:
        {return wp.clamp(i, 0, size - 1) ~ return wp.min(wp.max(i, 0), size - 1)}
    """,
    _BODIES["functions.id_color"],
    _BODIES["functions.tone_map"],
    _BODIES["functions.same_surface"],
    _BODIES["functions.depth_shade"],
    _BODIES["functions.lambert"],
    """
    def is_background(segment: int, hidden: int) -> bool:
        return segment < 0 or segment == hidden
    """,
)
"""Functions that kernels may call."""

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
"""Lines that compute the point that a pixel shows, in the camera's frame."""

_MATRIX = {"focal": "0, 0", "center_x": "0, 2", "center_y": "1, 2"}
_NUMBERS = {"focal": "0", "center_x": "2", "center_y": "3"}
"""The indices of focal length and centre in a camera's 3x3 matrix, and in a vector of its four parameters."""
_AS_POSES = (
    (r"last_cam_rot", "last_cam_turn"),
    (r"cam_pos\[VIEW\] \+ wp\.quat_rotate\(cam_rot\[VIEW\], p_c\)", "wp.transform_point(cam_pose[VIEW], p_c)"),
    (r"wp\.quat_rotate\(cam_rot\[VIEW\], p_c\) \+ cam_pos\[VIEW\]", "wp.transform_point(cam_pose[VIEW], p_c)"),
    (r"(?<!last_)cam_rot\[VIEW\]", "wp.transform_get_rotation(cam_pose[VIEW])"),
    (r"(?<!last_)cam_pos\[VIEW\]", "wp.transform_get_translation(cam_pose[VIEW])"),
    (r"last_cam_turn", "last_cam_rot"),
)
"""Patterns and replacements that read a camera's position and rotation from its pose."""


def _draw(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of camera images, with one thread for each pixel."""
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
        # all cameras have the same parameters, in a matrix or in a vector
        kind, places = choices.choice(((Type("float32", (3, 3)), _MATRIX), (Type("float32", (4,)), _NUMBERS)))
        viewer.p.scalar("camera_K", kind, (2.5, 5), ("camera_K", "intrinsics", "K"))
        for name, place in places.items():
            text = re.sub(rf"(?<!_){name}\b", f"camera_K[{place}]", text)
    viewer.write(text)
    docstrings = ("One thread per pixel.", "Launched over all pixels of all cameras.")
    return viewer.p.done("sensors", "images", target, summary, tuple(titles.split()), docstrings)


_WEIGHTS = {"pack_colors": 1.8, "unpack_colors": 1.8}
RECIPES = (Recipe(name="images", category="sensors", targets=tuple(_PIXELS), draw=_draw, target_weights=_WEIGHTS),)
