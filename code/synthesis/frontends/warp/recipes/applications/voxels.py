"""3-D grids and images: cells by their numbers, rays of cameras, and particles in cells."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FRAME, INT, MAT, TRIPLE, VEC, Program

_BODIES = read_bodies("warp", "voxels", margin=12)


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
    shape, total = (nx, ny, nz), nx * ny * nz
    masses = ("grid_m", "node_mass", "cell_mass")
    p.array("field", FLOAT, (-1, 2), shape, masses if target == "cell_update" else ("sdf", "density", "phi"))
    finer = (2 * nx, 2 * ny, 2 * nz)
    p.array("fine", FLOAT, (-1, 2), finer, ("fine", "field_fine", "level_in"))
    p.array("fine_type", INT, (0, 2), finer, ("fine_type", "fine_labels"))
    p.array("momentum", VEC, (-1, 1), shape, ("momentum", "grid_mv"))
    p.array("cell_type", INT, (0, 2), shape, ("cell_type", "labels", "grid_flags"))
    p.array("phi", FLOAT, (-1, 2), shape, ("phi", "liquid_phi", "liquid_sdf"))
    p.array("num_inside", INT, (-2, 2), shape, ("particle_count", "cell_particles"))
    p.array("cell_active", FLAG, (0, 1), shape, ("cell_active", "active", "occupied"))
    p.array("gravity", VEC, (-10, 10), (1,), ("gravity",))
    p.scalar("lower", VEC, (-1, 1), ("lower", "grid_lower", "origin"))
    p.scalar("origin_ijk", TRIPLE, (-4, 4), ("origin_ijk", "cell_offset"))
    p.number("steep", (0.3, 1), ("gradient_limit", "refine_threshold"), ("0.5",))
    p.number("keep", (0.2, 0.9), ("slip", "tangential_scale"), ("0.5",))
    p.number("min_mass", (0.2, 0.5), ("min_mass", "mass_threshold"), ("0.25",))
    p.number("inv_width", (0.5, 2), ("inv_dx", "inv_cell_size"), ("2.0", "0.5"))
    p.number("width", (0.1, 1), ("voxel_size", "cell_size", "dx"), ("0.5", "0.1"))
    p.number(
        "limit",
        (0.3, 0.8),
        ("max_speed", "speed_limit", "v_max") if target == "cell_update" else ("threshold", "refine_above"),
        ("0.5",),
    )
    p.number("dt", (0.05, 0.2), ("dt", "time_step"), ("0.1",))
    p.sizes(nx=nx, ny=ny, nz=nz)
    p.constants({"CELL_EMPTY": 0, "CELL_FLUID": 1, "CELL_SOLID": 2, "CELL_SURFACE": 3})
    p.constants({"RATIO": 2})
    p.function(
        """
        def in_box(cell: wp.vec3i, nx: int, ny: int, nz: int) -> bool:
            {if cell[0] < 0 or cell[1] < 0 or cell[2] < 0:
                return False
            return cell[0] < nx and cell[1] < ny and cell[2] < nz ~
            return cell[0] >= 0 and cell[1] >= 0 and cell[2] >= 0 and cell[0] < nx and cell[1] < ny and cell[2] < nz}
        """
    )
    p.output("gradient", VEC, shape, ("gradient", "grad_out"))
    p.output("velocity", VEC, shape, ("grid_v", "velocity_out", "velocity"), (-1, 1))
    p.output("coarse", FLOAT, shape, ("coarse", "level_out"), (-1, 1))
    p.output("active_out", INT, shape, ("refine_flag", "is_steep"))
    p.output("cell_out", INT, shape, ("cell_out", "labels_out"))
    p.output("cell_ids", INT, (total,), ("flat_type", "cell_labels"))
    p.output("cell_ijk", TRIPLE, (total,), ("cell_ijk", "ijk_out", "coords"))
    p.output("node_pos", VEC, (total,), ("node_pos", "cell_center"))
    p.output("packed", FLOAT, (total,), ("packed", "values_out"))
    p.output("corner", INT, (total, 8), ("cell_nodes", "hex_indices"))
    p.output("steepest", FLOAT, (1,), ("max_gradient", "steepest"), (0, 0.5))
    p.output("fastest", FLOAT, (1,), ("max_speed_out", "fastest"), (0, 0.2))
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
    shape, shapes, total = (cams, height, width), 12, cams * height * width
    p.array("camera_pose", FRAME, (-1, 1), (cams,), ("camera_transforms", "camera_pose"), element="wp.transform")
    p.scalar("radius", INT, (1, 2), ("radius", "filter_radius", "half_width"))
    p.array("intrinsics", MAT, (2, 6), (cams,), ("intrinsics", "camera_k"))
    p.array("fov", FLOAT, (0.8, 2), (cams,), ("camera_fov", "fov"))
    p.array("distortion", Type("float32", (2,)), (0.05, 0.3), (cams,), ("distortion", "lens_distortion"))
    p.array("palette", VEC, (0, 1), (21,), ("palette", "class_color"))
    p.array("depth", FLOAT, (-0.5, 2), shape, ("depth", "depth_image"))
    p.array("image", VEC, (0, 1), shape, ("image", "color_image"))
    p.array("normal_in", VEC, (-1, 1), shape, ("normal_image", "normals"))
    p.array("shape_hit", INT, (-1, shapes - 1), shape, ("shape_index", "hit_shape", "shape_ids"))
    p.array("shape_label", INT, (0, 20), (shapes,), ("shape_label", "semantic_id"))
    p.array("shape_body", INT, (-1, 7), (shapes,), ("shape_body",))
    p.array("body_label", INT, (0, 20), (8,), ("body_label", "body_class"))
    p.array("shape_color", VEC, (0, 1), (shapes,), ("shape_colors", "shape_color"))
    p.scalar("light_dir", VEC, (-1, 1), ("light_dir", "light_direction"))
    p.scalar("background", VEC, (0, 1), ("background", "clear_color"))
    p.number("focal", (2, 6), ("focal_length", "focal"), ("4.0",))
    p.number("ambient", (0.1, 0.4), ("ambient", "ambient_light"), ("0.2",))
    p.number("depth_jump", (0.3, 0.9), ("depth_threshold", "max_jump"), ("0.5",))
    p.number("blend", (0.3, 0.8), ("strength", "blend"), ("0.5",))
    p.number("fov_scale", (0.5, 2), ("fov_scale", "half_fov_tan", "tan_half_fov"), ("0.5", "1.0"))
    p.number("near", (0.05, 0.2), ("near", "near_plane"), ("0.1",))
    p.number("ortho_size", (0.5, 2), ("ortho_size", "half_height"), ("1.0",))
    p.number("fog_start", (0.2, 0.6), ("fog_start", "fog_near"), ("0.5",))
    p.number("scan_height", (0.2, 0.6), ("scan_slope", "vertical_slope"), ("0.3",))
    p.array("row_slope", FLOAT, (-0.5, 0.5), (height,), ("beam_slopes", "row_slope"))
    p.array("taps", FLOAT, (0.2, 1), (3,), ("filter_weights", "kernel_weights"))
    p.number("sigma_color", (0.3, 1), ("sigma_color", "sigma_range"), ("0.5",))
    p.scalar("mean_color", VEC, (0.3, 0.6), ("mean", "channel_mean"))
    p.scalar("std_color", VEC, (0.5, 1), ("std", "channel_std"))
    p.scalar("ground_color", VEC, (0, 1), ("ground_color",))
    p.number("max_depth", (1, 1.8), ("max_depth", "far"), ("1.5", "1.0"))
    p.sizes(width=width, height=height, tiles=2)
    for key, pool in (("ray_dir", ("ray_dirs", "out_rays")), ("ray_origin", ("ray_origins",)),
                      ("point_out", ("points_out", "points")), ("normal_out", ("normals_out", "normal_image")),
                      ("color_out", ("color_out", "out_pixels"))):  # fmt: skip
        p.output(key, VEC, shape, pool)
    p.output("label_out", INT, shape, ("label_out", "segmentation"))
    p.output("flat_depth", FLOAT, (total,), ("depth_out", "flat_depth"))
    p.output("flat_color", FLOAT, (3 * total,), ("color_out", "flat_color"))
    p.output("flat_label", INT, (total,), ("label_out", "flat_ids"))
    p.output("atlas", FLOAT, (cams // 2 * height, 2 * width), ("atlas", "tiled_image"))
    p.output("valid", INT, shape, ("valid", "valid_mask"))
    p.output("num_points", INT, (1,), ("num_points", "point_count"), (0, 2))
    p.output("cloud", VEC, (total // 2,), ("point_cloud", "points"), (-1, 1))
    p.output("cloud_color", VEC, (total // 2,), ("point_colors", "cloud_color"), (-1, 1))
    p.output("cloud_label", INT, (total // 2,), ("point_labels", "cloud_label"), (-1, 0))
    p.output("pixel_count", INT, (shapes,), ("shape_pixels", "pixel_count"), (0, 2))
    p.output("flat_normal", FLOAT, (3 * total,), ("normal_out", "flat_normal"))
    p.output("color_atlas", VEC, (cams // 2 * height, 2 * width), ("atlas", "tiled_image"))
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
    grid = (side, side, side)
    p.array("points", VEC, (-0.2, 4.2), (count,), ("points", "particle_q", "positions"))
    p.array("velocity_in", VEC, (-1, 1), (count,), ("velocities", "particle_qd", "particle_v"))
    p.array("mass", FLOAT, (0.1, 1), (count,), ("particle_mass", "mass", "weights"))
    p.array("point_mask", FLAG, (0, 1), (count,), ("point_mask", "active", "valid_mask"))
    p.array("grid", FLOAT, (-1, 1), grid, ("grid", "sdf", "field"))
    # the offsets of cells differ between worlds
    p.starts("offsets", count, 5, 0, ("cell_start", "cell_offsets"))
    p.array("cell_length", INT, (0, 5), (count,), ("points_per_cell", "cell_num_points"))
    p.array("order", INT, (0, count - 1), (5 * count,), ("sorted_points", "order", "particle_ids"))
    p.scalar("inv_width", FLOAT, (0.8, 1.2), ("inv_voxel_size", "inv_dx", "inv_cell_size"))
    p.scalar("voxel", FLOAT, (0.8, 1.2), ("voxel_size", "cell_size"))
    p.number("fill", (0.5, 2), ("outside_value", "background", "fill_value"), ("1.0", "2.0"))
    p.constants({"GRID": side})
    p.function(
        """
        def cell_at(pos: wp.vec3, inv_width: float) -> wp.vec3i:
            {return wp.vec3i(
                int(wp.floor(pos[0] * inv_width)), int(wp.floor(pos[1] * inv_width)), int(wp.floor(pos[2] * \
                        inv_width))) ~
            p = pos * inv_width
            return wp.vec3i(int(wp.floor(p[0])), int(wp.floor(p[1])), int(wp.floor(p[2])))}
        """
    )
    p.output("cell_ijk", TRIPLE, (count,), ("cell_ijk", "ijk", "node_ijk"))
    for key, pool in (("cell_of", ("cell_ids", "point_cell")), ("octant", ("octants", "child_index")),
                      ("cell_first", ("first_point", "cell_owner")),
                      ("cell_pick", ("representative", "cell_point"))):  # fmt: skip
        p.output(key, INT, (count,), pool)
    p.output("local_out", VEC, (count,), ("local_pos", "cell_coords"))
    p.output("gradient_out", VEC, (count,), ("gradient", "grad_out"))
    p.output("cell_velocity", VEC, (count,), ("cell_velocity", "mean_velocity"))
    p.output("cell_mass", FLOAT, (count,), ("cell_mass", "cell_weight"))
    p.output("num_outside", INT, (1,), ("num_outside", "num_lost"), (0, 1))
    p.output("cell_count", INT, grid, ("cell_count", "grid_counts"), (0, 1))
    p.output("grid_mass", FLOAT, grid, ("grid_mass", "grid_m"), (0, 1))
    p.output("grid_v", VEC, grid, ("grid_v", "grid_momentum"), (-1, 1))
    p.output("sampled", FLOAT, (count,), ("sampled", "values_out"))
    p.output("cell_center", VEC, (count,), ("cell_center", "centroids"))
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
