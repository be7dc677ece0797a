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
            "Clears the buffers selected by the flags of each camera",
            _BODIES["clear_pixels.clear_targets"],
        ),
    ),
    "pack_colors": (
        (
            "pack_rgba pack_colors encode_colors",
            "Packs colors into integers, red in the lowest byte",
            _BODIES["pack_colors.pack_rgba"],
        ),
        (
            "image_to_bytes convert_to_uint8 quantize_image",
            "Converts colors to bytes",
            _BODIES["pack_colors.image_to_bytes"],
        ),
        (
            "encode_srgb linear_to_srgb gamma_encode",
            "Encodes linear colors as sRGB bytes",
            _BODIES["pack_colors.encode_srgb"],
        ),
    ),
    "unpack_colors": (
        (
            "unpack_colors decode_colors unpack_rgba",
            "Unpacks colors into vectors",
            _BODIES["unpack_colors.unpack_colors"],
        ),
        (
            "convert_to_gray compute_luminance packed_to_gray",
            "Computes the luminance of packed colors",
            _BODIES["unpack_colors.convert_to_gray"],
        ),
        (
            "split_channels unpack_to_bytes expand_rgba",
            "Splits packed colors into bytes",
            _BODIES["unpack_colors.split_channels"],
        ),
    ),
    "depth_bytes": (
        (
            "depth_to_gray visualize_depth convert_depth",
            "Converts depth to grayscale",
            _BODIES["depth_bytes.depth_to_gray"],
        ),
        (
            "depth_to_heatmap colorize_depth depth_colormap",
            "Maps depth to a color ramp",
            _BODIES["depth_bytes.depth_to_heatmap"],
        ),
    ),
    "depth_range": (
        (
            "find_depth_range reduce_depth measure_depth_range",
            "Finds the depth range of each view",
            _BODIES["depth_range.find_depth_range"],
        ),
        (
            "accumulate_depth_error compare_depth depth_statistics",
            "Accumulates the depth error of each view against a reference",
            _BODIES["depth_range.accumulate_depth_error"],
        ),
    ),
    "pixel_rays": (
        (
            "compute_camera_rays generate_rays init_camera_rays",
            "Generates camera rays through pixels",
            _BODIES["pixel_rays.compute_camera_rays"],
        ),
        (
            "ortho_camera_rays orthographic_rays init_ortho_rays",
            "Generates rays of orthographic cameras",
            _BODIES["pixel_rays.ortho_camera_rays"],
        ),
        (
            "panorama_rays spherical_camera_rays init_lidar_rays",
            "Generates rays of panoramic cameras",
            _BODIES["pixel_rays.panorama_rays"],
        ),
    ),
    "back_project": (
        (
            "unproject_depth depth_to_points back_project",
            "Back-projects depth images to world points",
            _BODIES["back_project.unproject_depth"],
        ),
        (
            "unproject_depth depth_to_points points_from_depth",
            "Back-projects depth images to world points and marks valid pixels",
            _BODIES["back_project.unproject_depth_2"],
        ),
        (
            "build_point_cloud append_depth_points depth_to_point_cloud",
            "Appends back-projected depth pixels to a point cloud",
            _BODIES["back_project.build_point_cloud"],
        ),
        (
            "normals_from_depth depth_to_normals estimate_normals",
            "Estimates surface normals from depth images",
            _BODIES["back_project.normals_from_depth"],
        ),
    ),
    "tile_views": (
        (
            "tile_images compose_atlas tile_cameras",
            "Tiles all views into one image",
            _BODIES["tile_views.tile_images"],
        ),
        (
            "tile_packed_images tile_rgba compose_packed_atlas",
            "Tiles packed images into one atlas",
            _BODIES["tile_views.tile_packed_images"],
        ),
    ),
    "count_segments": (
        (
            "bound_segments segment_boxes compute_bounding_boxes",
            "Computes the bounding box of each object in each image",
            _BODIES["count_segments.bound_segments"],
        ),
        (
            "count_segments measure_segments sum_segments",
            "Counts the pixels of each object in each image",
            _BODIES["count_segments.count_segments"],
        ),
        (
            "count_confusion segment_overlap accumulate_iou",
            "Accumulates the overlap of two segmentations of each image",
            _BODIES["count_segments.count_confusion"],
        ),
    ),
    "color_segments": (
        (
            "colorize_segments apply_palette colorize_ids",
            "Colors object ids by a palette",
            _BODIES["color_segments.colorize_segments"],
        ),
        (
            "hash_segment_colors visualize_segmentation colorize_by_hash",
            "Colors object ids by a hash",
            _BODIES["color_segments.hash_segment_colors"],
        ),
    ),
    "edge_mask": (
        (
            "find_edges detect_edges mark_silhouettes",
            "Marks the outlines of objects",
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
            "Averages all frames so far",
            _BODIES["blend_samples.accumulate_samples"],
        ),
        (
            "temporal_filter blend_history temporal_accumulation",
            "Blends images with a temporal history",
            _BODIES["blend_samples.temporal_filter"],
        ),
    ),
    "shade_pixels": (
        (
            "shade_pixels shade_hits apply_lights",
            "Shades the surfaces visible in pixels",
            _BODIES["shade_pixels.shade_pixels"],
        ),
        (
            "shade_headlight shade_by_normal render_lambert",
            "Shades visible surfaces by their angle to the camera",
            _BODIES["shade_pixels.shade_headlight"],
        ),
    ),
    "merge_layers": (
        (
            "merge_layers composite_depth depth_test",
            "Composites two layers by depth",
            _BODIES["merge_layers.merge_layers"],
        ),
        (
            "blend_layers composite_overlay alpha_composite",
            "Composites a translucent layer over an image",
            _BODIES["merge_layers.blend_layers"],
        ),
    ),
    "shrink_image": (
        (
            "downsample_image shrink_images reduce_resolution",
            "Downsamples images by the mean color of each block",
            _BODIES["shrink_image.downsample_image"],
        ),
        (
            "downsample_depth min_pool_depth shrink_depth",
            "Downsamples depth images by blocks",
            _BODIES["shrink_image.downsample_depth"],
        ),
        (
            "segment_coverage visible_fraction coverage_map",
            "Computes the coverage of each block by an object",
            _BODIES["shrink_image.segment_coverage"],
        ),
    ),
    "filter_image": (
        (
            "fill_depth_holes inpaint_depth fill_missing_depth",
            "Fills holes of depth images from neighboring pixels",
            _BODIES["filter_image.fill_depth_holes"],
        ),
        (
            "bilateral_filter smooth_depth filter_depth",
            "Smooths depth with an edge-preserving bilateral filter",
            _BODIES["filter_image.bilateral_filter"],
        ),
        (
            "denoise_colors cross_bilateral_filter denoise_image",
            "Denoises colors with a cross-bilateral filter",
            _BODIES["filter_image.denoise_colors"],
        ),
        (
            "dilate_mask grow_mask expand_selection",
            "Dilates or erodes a mask",
            _BODIES["filter_image.dilate_mask"],
        ),
        (
            "gaussian_blur blur_pass separable_blur",
            "Performs one pass of a separable blur",
            _BODIES["filter_image.gaussian_blur"],
        ),
        (
            "sobel_gradient image_gradient compute_image_gradient",
            "Computes the image gradient",
            _BODIES["filter_image.sobel_gradient"],
        ),
        (
            "reject_flying_pixels remove_outliers filter_flying_pixels",
            "Removes flying pixels between two surfaces",
            _BODIES["filter_image.reject_flying_pixels"],
        ),
        (
            "reproject_history reproject_frame warp_last_frame",
            "Reprojects the last frame to the current view",
            _BODIES["filter_image.reproject_history"],
        ),
    ),
    "to_policy": (
        (
            "normalize_observation images_to_tensor build_image_observation",
            "Normalizes images to channels-first policy observations",
            _BODIES["to_policy.normalize_observation"],
        ),
        (
            "stack_frames push_frame update_frame_stack",
            "Pushes a frame onto an observation stack",
            _BODIES["to_policy.stack_frames"],
        ),
        (
            "augment_images random_color_jitter augment_observation",
            "Applies random color jitter to each view",
            _BODIES["to_policy.augment_images"],
        ),
        (
            "crop_images shift_images random_crop",
            "Shifts or crops each view by some pixels",
            _BODIES["to_policy.crop_images"],
        ),
        (
            "luminance_histogram measure_exposure brightness_histogram",
            "Computes a brightness histogram of each view",
            _BODIES["to_policy.luminance_histogram"],
        ),
    ),
    "depth_noise": (
        (
            "add_depth_noise simulate_depth_sensor corrupt_depth",
            "Simulates the noise of a depth sensor",
            _BODIES["depth_noise"],
        ),
    ),
}
"""Kernels by target. Each has possible names, a summary and lines."""

_FUNCTIONS = (
    _BODIES["functions.to_byte"],
    _BODIES["functions.pack_color"],
    _BODIES["functions.unpack_color"],
    _BODIES["functions.rgb_to_luminance"],
    _BODIES["functions.linear_to_srgb"],
    _BODIES["functions.pixel_ray"],
    _BODIES["functions.lens_ray"],
    _BODIES["functions.in_depth_range"],
    _BODIES["functions.in_image"],
    _BODIES["functions.clamp_to_image"],
    _BODIES["functions.id_color"],
    _BODIES["functions.tone_map"],
    _BODIES["functions.same_surface"],
    _BODIES["functions.depth_shade"],
    _BODIES["functions.lambert"],
    _BODIES["functions.is_background"],
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
