"""3-D grids and images: cells by their numbers, rays of cameras, and particles in cells."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import Program

_BODIES = read_bodies("warp", "voxels", margin=12)
_ARGUMENTS = read_arguments("warp", "voxels")


_CELL = {
    "cell_gradient": _BODIES["cell_gradient"],
    "cell_flags": _BODIES["cell_flags"],
    "cell_index": _BODIES["cell_index"],
    "cell_update": _BODIES["cell_update"],
    "cell_downsample": _BODIES["cell_downsample"],
}


def _draw_cell(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that is launched over a 3-D grid, with one thread for each cell."""
    nx, ny, nz = stream.child("sizes").choice(((4, 4, 4), (6, 5, 4), (4, 6, 4), (5, 4, 6), (3, 6, 5)))
    p = Program(stream, ("i", "x"), ("j", "y"), ("k", "z"), launch=(nx, ny, nz))
    total = nx * ny * nz
    masses = ("grid_m", "node_mass", "cell_mass")
    declare(
        p,
        _ARGUMENTS["cells"],
        {"nx": nx, "ny": ny, "nz": nz, "total": total},
        {
            "field": masses if target == "cell_update" else ("sdf", "density", "phi"),
            "limit": ("max_speed", "speed_limit", "v_max")
            if target == "cell_update"
            else ("threshold", "refine_above"),
        },
    )
    p.constants({"CELL_EMPTY": 0, "CELL_FLUID": 1, "CELL_SOLID": 2, "CELL_SURFACE": 3})
    p.constants({"RATIO": 2})
    p.function(_BODIES["functions.in_box"])
    p.write(_CELL[target].replace("FINER", p.pick("RATIO", "RATIO", "2")))
    titles = {
        "cell_gradient": ("grid_gradient", "compute_gradient", "field_gradient"),
        "cell_flags": ("classify_cells", "update_cell_types", "update_cell_flags"),
        "cell_index": ("flatten_cells", "build_cell_arrays", "linearize_grid"),
        "cell_update": ("grid_update", "apply_boundary", "grid_velocity"),
        "cell_downsample": ("downsample", "restrict_field", "coarsen_grid"),
    }[target]
    return p.done("voxels", "cells3d", target, _CELL_SUMMARIES[target], titles, (
        "Launched over all cells.", "A thread for each cell.",
    ))  # fmt: skip


_PIXEL = {
    "camera_rays": (
        (
            _BODIES["camera_rays.compute_camera_rays"],
            "compute_camera_rays generate_camera_rays pinhole_rays",
            "Generates rays through the pixels of pinhole cameras",
        ),
        (
            _BODIES["camera_rays.rays_from_intrinsics"],
            "rays_from_intrinsics unproject_pixels intrinsic_camera_rays",
            "Generates rays through pixels from camera intrinsics",
        ),
        (
            _BODIES["camera_rays.orthographic_rays"],
            "orthographic_rays parallel_rays orthographic_camera_rays",
            "Generates rays through the pixels of orthographic cameras",
        ),
        (
            _BODIES["camera_rays.lidar_rays"],
            "lidar_rays spinning_lidar_rays generate_lidar_rays",
            "Generates rays of spinning lidars",
        ),
    ),
    "depth_points": (
        (
            _BODIES["depth_points.depth_to_points"],
            "depth_to_points unproject_depth depth_to_point_cloud",
            "Back-projects depth images to points",
        ),
        (
            _BODIES["depth_points.build_point_cloud"],
            "build_point_cloud collect_depth_points append_depth_points",
            "Collects the points of depth images in one point cloud",
        ),
        (
            _BODIES["depth_points.normals_from_depth"],
            "normals_from_depth compute_depth_normals depth_to_normals",
            "Estimates normals of depth images from neighbouring pixels",
        ),
    ),
    "pick_label": (
        (
            _BODIES["pick_label.shade_pixels"],
            "shade_pixels shade_hits shade_image",
            "Shades pixels by the visible surface and its lighting",
        ),
        (
            _BODIES["pick_label.segment_image"],
            "segment_image resolve_labels semantic_segmentation",
            "Labels pixels by the class of the visible object",
        ),
    ),
    "tile_blur": (
        (
            _BODIES["tile_blur.box_filter"],
            "box_filter box_blur average_neighborhood",
            "Applies a box filter to images",
        ),
        (
            _BODIES["tile_blur.smooth_image"],
            "smooth_image weighted_filter filter_image",
            "Smooths images by a weighted filter",
        ),
        (
            _BODIES["tile_blur.blur_rows"],
            "blur_rows filter_rows horizontal_pass",
            "Performs one pass of a separable filter",
        ),
    ),
    "pack_pixels": (
        (
            _BODIES["pack_pixels.flatten_image"],
            "flatten_image pack_image_buffer write_image_buffer",
            "Packs images into a flat buffer",
        ),
        (
            _BODIES["pack_pixels.tile_images"],
            "tile_images tile_camera_images build_image_atlas",
            "Tiles the images of all cameras",
        ),
        (
            _BODIES["pack_pixels.pack_color_image"],
            "pack_color_image pack_rgb write_color_buffer",
            "Packs the colours of images into a flat buffer",
        ),
    ),
}


def _draw_pixel(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of a camera's image, with one thread for each pixel."""
    cams, height, width = stream.child("sizes").choice(((2, 6, 8), (4, 4, 6), (2, 8, 8), (4, 6, 6)))
    text, titles, summary = stream.child("kernel").choice(_PIXEL[target])
    p = Program(
        stream, ("cam", "camera", "cam_id"), ("py", "y_id", "row"), ("px", "x_id", "col"), launch=(cams, height, width)
    )
    shapes, total = 12, cams * height * width
    sizes = {"cams": cams, "height": height, "width": width, "shapes": shapes, "total": total}
    for part in ("cameras", "images"):
        declare(p, _ARGUMENTS[part], sizes)
    if p.choices.child("rays").chance(0.6):
        text = text.replace("wp.normalize(dir_c)", "safe_normalize(dir_c)")
    p.write(text.replace("SCALED", p.pick("rgb[c]", "rgb[c]", "(rgb[c] - mean_color[c]) / std_color[c]")))
    return p.done("voxels", "pixels", target, summary, tuple(titles.split()), (
        "Launched over (cameras, rows, columns).", "One thread per pixel.",
    ))  # fmt: skip


_POINT = {
    "find_cell": _BODIES["find_cell"],
    "splat": _BODIES["splat"],
    "sample_grid": _BODIES["sample_grid"],
}
_SORTED = (
    ("pick_cell_points cell_representatives downsample_points", _BODIES["sorted.pick_cell_points"]),
    ("first_cell_points cell_representatives pick_first_points", _BODIES["sorted.first_cell_points"]),
    ("compute_cell_centers cell_centers reduce_cell_mass", _BODIES["sorted.compute_cell_centers"]),
    ("average_cell_velocity compute_cell_velocity mean_cell_velocity", _BODIES["sorted.average_cell_velocity"]),
)  # fmt: skip
"""Kernels that process the points of a cell, which are consecutive. Each has possible names and lines."""


def _draw_point(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of points in a grid of cells, with one thread for each point."""
    by_cell = target == "sorted_cells"
    side = 4
    p = Program(
        stream,
        ("tid", "cell_id", "c") if by_cell else ("tid", "point_id", "i_point", "particle"),
        launch=(side * side * side,) if by_cell else None,
    )
    count = p.threads
    declare(p, _ARGUMENTS["points"], {"count": count, "side": side})
    p.constants({"GRID": side})
    p.function(_BODIES["functions.cell_at"])
    p.guard_count("cell" if by_cell else "point")
    sorted_titles, sorted_text = p.choices.choice(_SORTED)
    p.write(_POINT.get(target, sorted_text))
    titles = {
        "find_cell": ("find_cells", "bin_points", "compute_cell_ids"),
        "splat": ("particles_to_grid", "splat_mass", "p2g"),
        "sample_grid": ("grid_to_particles", "sample_grid", "g2p"),
        "sorted_cells": tuple(sorted_titles.split()),
    }[target]
    return p.done("voxels", "points3d", target, _POINT_SUMMARIES[target], titles, (
        "One thread per cell." if by_cell else "One thread per point.", "Cells are counted row by row.",
    ))  # fmt: skip


_CELL_SUMMARIES = {
    "cell_gradient": "Computes the gradient of a field on a 3-D grid",
    "cell_flags": "Classifies the cells of a 3-D grid",
    "cell_index": "Flattens the cells of a 3-D grid into arrays",
    "cell_update": "Updates grid velocities and applies boundary conditions",
    "cell_downsample": "Downsamples a field on a 3-D grid",
}
_POINT_SUMMARIES = {
    "find_cell": "Assigns points to the cells of a 3-D grid",
    "splat": "Transfers particle quantities to a 3-D grid",
    "sample_grid": "Samples a 3-D grid at particle positions",
    "sorted_cells": "Processes the sorted points of each grid cell",
}
_WEIGHTS = {"cell_downsample": 0.3, "cell_index": 0.5, "cell_flags": 0.4}
RECIPES = (
    Recipe(name="cells3d", category="voxels", targets=tuple(_CELL), draw=_draw_cell, target_weights=_WEIGHTS),
    Recipe(
        name="pixels", category="voxels", targets=tuple(_PIXEL), draw=_draw_pixel, target_weights={"tile_blur": 0.5}
    ),
    Recipe(
        name="points3d",
        category="voxels",
        targets=(*_POINT, "sorted_cells"),
        draw=_draw_point,
        target_weights={"splat": 0.4, "sample_grid": 0.5, "find_cell": 1.5},
    ),
)
