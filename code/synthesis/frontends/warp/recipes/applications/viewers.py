"""Images of cameras: their layouts in memory, and the arguments that a kernel's lines may use.

Each thread processes one pixel. Depending on the layout, the launch has a dimension for each of world, camera, row and
column, or a single one for world and camera (the view) or for row and column (the pixel), or only one dimension, from
whose index all of these are computed.
"""

from dataclasses import dataclass

from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FOUR, INT, VEC, Program

_ARGUMENTS = read_arguments("warp", "viewers")

_BITS, _BYTE = Type("uint32"), Type("uint8")
_COLORS = 4
"""Number of channels of an image of bytes."""
_SEGMENTS = 12
"""Number of objects that pixels may show."""
_IDS = (
    ("shape_index", "prev_shape_index"),
    ("segmentation", "prev_segmentation"),
    ("object_ids", "last_object_ids"),
    ("geom_ids", "prev_geom_ids"),
    ("hit_ids", "last_hit_ids"),
)
"""Names of the image of object ids, and of that image in the previous frame."""

_LEAVE = """{?0.45 if {not view_on[VIEW] ~ view_mask[VIEW] == 0 ~ not view_on[VIEW]}:
            return}"""
"""Lines that return early for some views, so that their pixels stay unchanged."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """A layout of images in memory.

    Args:
        views: the indices of a view.
        at: the indices of a pixel.
        left: the indices of the pixel to the left.
        up: the indices of the pixel above.
        lookups: variables that are computed from the thread's indices, each with its assignment. A variable is only
            assigned if lines need it.
    """

    views: str
    at: str
    left: str
    up: str
    lookups: tuple[tuple[str, str], ...] = ()


_ROWS = (("y", "y = pixel // width"), ("x", "x = pixel % width"))
_ALL = "world, camera, row, column"
_LAYOUTS = {
    _ALL: _Layout(
        "world, cam", "world, cam, y, x", "world, cam, y, x - 1", "world, cam, y - 1, x"
    ),
    "view, row, column": _Layout("view", "view, y, x", "view, y, x - 1", "view, y - 1, x"),
    "view, pixel": _Layout("view", "view, pixel", "view, pixel - 1", "view, pixel - width", _ROWS),
    "number": _Layout(
        "view", "view, y, x", "view, y, x - 1", "view, y - 1, x",
        (("view", "view = tid // (width * height)"), ("y", "y = tid // width % height"), ("x", "x = tid % width")),
    ),
    "number of a pixel": _Layout(
        "view", "tid", "tid - 1", "tid - width",
        (("view", "view = tid // (width * height)"), ("pixel", "pixel = tid % (width * height)"), *_ROWS),
    ),
}  # fmt: skip
_ROOM = 16
"""Maximum number of points of a point cloud."""


class Viewer:
    """The images of one kernel, in one layout."""

    def __init__(self, stream: Stream, target: str) -> None:
        self.target = target
        # the name of the previous image of ids is derived from that of the current one
        self._now, self._before = stream.child("names of what is seen").choice(_IDS)
        choices = stream.child("layout")
        options = ["view, row, column", "view, row, column", _ALL, "number"]
        if target not in ("shrink_image", "tile_views", "filter_image", "to_policy"):
            options += ["view, pixel", "number of a pixel"]
        if target == "to_policy":  # it has several images of each view, and arrays have at most four dimensions
            options.remove(_ALL)
        name = choices.choice(options)
        self.layout = _LAYOUTS[name]
        self.height, self.width = choices.choice(((5, 7), (6, 8), (5, 8), (6, 9)))
        worlds, cams = choices.choice(((2, 2), (2, 2), (3, 2)) if target == "tile_views" else ((2, 1), (2, 2), (3, 1)))
        views = worlds * cams
        world, cam = ("world", "world_id", "env", "worldid"), ("cam", "camera", "cam_id", "camera_index")
        view, rows = ("view", "camera_id", "cam_id", "view_id", "frame_id"), ("y", "py", "row", "v")
        image, area = (self.height, self.width), self.height * self.width
        pixels = ("pixel", "pixel_id", "px", "pix")
        columns, number = ("x", "px", "col", "u"), ("tid", "i", "index", "pixel_id")
        axes, launch, self.shape, self.views = {
            _ALL: ((world, cam, rows, columns), (worlds, cams, *image), (worlds, cams, *image), (worlds, cams)),
            "view, row, column": ((view, rows, columns), (views, *image), (views, *image), (views,)),
            "view, pixel": ((view, pixels), (views, area), (views, area), (views,)),
            "number": ((number,), (views * area,), (views, *image), (views,)),
            "number of a pixel": ((number,), (views * area,), (views * area,), (views,)),
        }[name]  # fmt: skip
        self.p = Program(stream, *axes, launch=launch)
        self.count = views
        self.bytes_at = self.layout.at
        self.bytes_shape = self.shape
        self.view_number = self.layout.views
        lookups = dict(self.layout.lookups)
        if name == _ALL:
            lookups["view"] = "view = world * num_cameras + cam"
            self.p.sizes(num_cameras=cams)
            self.bytes_at, self.bytes_shape = "view, y, x", (views, self.height, self.width)
            self.view_number = "(world + cam)"
        self.lookups = lookups

    def write(self, text: str) -> None:
        """Append lines to the kernel. Words such as ``AT`` and ``VIEW`` are replaced by indices of the layout."""
        for key, value in (
            ("LEAVE", _LEAVE), ("VIEW_BYTES", self.bytes_at), ("VIEW_NUMBER", self.view_number),
            ("VIEW", self.layout.views), ("LEFT", self.layout.left), ("UP", self.layout.up), ("AT", self.layout.at),
        ):  # fmt: skip
            text = text.replace(key, value)
        self.p.lookups(**self.lookups)
        self.p.write(text)

    def declare(self) -> None:
        """Declare all arguments that kernels may use. A kernel has only those that its lines use."""
        p, shape, views = self.p, self.shape, self.views
        p.sizes(width=self.width, height=self.height)
        p.sizes(columns=2)
        for key, kind, bounds, names in (
            ("rgb", VEC, (0, 1.5), ("color", "rgb", "radiance", "color_image", "hdr_image")),
            ("normal", VEC, (-1, 1), ("normal_image", "normals", "surface_normal")),
            ("ray_dir", VEC, (-1, 1), ("ray_dir", "ray_direction", "camera_rays", "view_dirs")),
            ("depth", FLOAT, (-1, 9), ("depth", "depth_image", "hit_distance", "distance_image", "range_image")),
            ("valid", FLAG, (0, 1), ("valid_mask", "is_valid", "pixel_mask", "hit_mask")),
            ("opacity", FLOAT, (-0.2, 1.2), ("opacity", "alpha_image", "coverage")),
            ("in_shadow", FLAG, (0, 1), ("in_shadow", "shadow_mask", "occluded")),
            ("ids", INT, (-1, _SEGMENTS - 1), (self._now,)),
            ("last_rgb", VEC, (0, 1), ("prev_color", "last_frame", "history")),
            ("last_depth", FLOAT, (-1, 9), ("prev_depth", "last_depth")),
            ("last_ids", INT, (-1, 1), (self._before,)),
            ("bits", _BITS, (0, 2**32 - 1), ("packed", "color_packed", "rgba_packed", "packed_color")),
            ("over_rgb", VEC, (0, 1), ("overlay_color", "layer_rgb", "foreground_color")),
            ("over_normal", VEC, (-1, 1), ("overlay_normal", "layer_normals", "foreground_normal")),
            ("over_depth", FLOAT, (-1, 9), ("overlay_depth", "layer_depth", "foreground_depth")),
            ("over_ids", INT, (-1, _SEGMENTS - 1), ("overlay_ids", "layer_ids", "foreground_ids")),
        ):  # fmt: skip
            p.array(key, kind, bounds, shape, names)
        for key, kind, bounds, names, element in (
            ("view_on", FLAG, (0, 1), ("camera_enabled", "view_active", "render_mask", "needs_update"), ""),
            ("view_mask", INT, (0, 3), ("render_flags", "camera_mask", "update_flags", "camera_flags"), ""),
            ("moved", FLAG, (0, 1), ("camera_moved", "history_invalid", "was_moved"), ""),
            ("sky_color", VEC, (0, 1), ("sky_color", "clear_color", "background_color"), ""),
            ("tan_half", FLOAT, (0.3, 1), ("tan_half_fov", "half_height", "fov_scale"), ""),
            ("fov", FLOAT, (0.5, 1.5), ("fov", "camera_fov", "fovy", "vertical_fov"), ""),
            ("range_min", FLOAT, (0, 1), ("depth_min", "min_depth", "near_depth"), ""),
            ("range_max", FLOAT, (4, 9), ("depth_max", "max_depth", "far_depth"), ""),
            ("small_of", INT, (0, _SEGMENTS - 1), ("target_id", "tracked_object", "target_shape"), ""),
            ("cam_pos", VEC, (-2, 2), ("camera_position", "cam_pos", "eye_positions", "view_origin"), ""),
            ("last_cam_pos", VEC, (-2, 2), ("prev_camera_position", "last_cam_pos"), ""),
            ("last_cam_rot", FOUR, (-1, 1), ("prev_camera_orientation", "last_cam_quat"), "wp.quat"),
            ("crop_x", INT, (-2, 2), ("crop_x", "shift_x", "offset_x"), ""),
            ("crop_y", INT, (-2, 2), ("crop_y", "shift_y", "offset_y"), ""),
            ("cam_rot", FOUR, (-1, 1), ("camera_orientation", "cam_quat", "view_rotation", "camera_rot"), "wp.quat"),
            ("lens", FOUR, (2, 6), ("intrinsics", "camera_intrinsics", "projection_params", "lens_params"), "wp.vec4"),
        ):  # fmt: skip
            p.array(key, kind, bounds, views, names, element)
        blocks = (*views, 2 * self.height, 2 * self.width)
        p.array("fine_rgb", VEC, (0, 1), blocks, ("color_full", "hires_color", "rgb_in"))
        p.array("fine_depth", FLOAT, (-1, 9), blocks, ("depth_full", "hires_depth", "depth_in"))
        p.array("fine_ids", INT, (-_SEGMENTS, _SEGMENTS - 1), blocks, ("ids_full", "hires_ids", "segmentation_in"))
        sizes = {"segments": _SEGMENTS}
        for part in ("colors", "counts", "filters", "ranges"):
            declare(p, _ARGUMENTS[part], sizes)
        p.constants({"RADIUS": 2, "NUM_BINS": 8})
        p.constants({"NO_HIT": -1, "CLEAR_COLOR": 1, "CLEAR_DEPTH": 2, "NUM_SEGMENTS": _SEGMENTS})
        self._declare_outputs()

    def _declare_outputs(self) -> None:
        p, shape, views = self.p, self.shape, self.views
        small = (*views, self.height, self.width)
        for key, kind, names, start in (
            ("depth_out", FLOAT, ("depth_out", "out_depth", "depth_image", "distance_out"), None),
            ("ids_out", INT, ("shape_index_out", "out_ids", "segmentation_out"), None),
            ("rgb_out", VEC, ("color_out", "out_color", "rgb_image", "shaded"), None),
            ("normal_out", VEC, ("normal_out", "out_normals", "normal_image"), None),
            ("bits_out", _BITS, ("packed_out", "rgba_out", "packed_image"), None),
            ("samples_out", INT, ("sample_count", "num_samples"), None),
            ("gray_out", _BYTE, ("gray", "depth_gray", "out_gray", "depth_bytes"), None),
            ("luma_out", _BYTE, ("gray", "out_gray", "luminance"), None),
            ("opacity_out", FLOAT, ("alpha_out", "opacity"), None),
            ("value_out", FLOAT, ("gray", "luminance", "intensity"), None),
            ("valid_out", FLAG, ("valid_out", "is_valid", "hit_mask"), None),
            ("edge_out", FLAG, ("edges", "edge_mask", "outline", "silhouette"), None),
            ("direction_out", VEC, ("ray_direction", "ray_dir_out", "out_rays", "camera_rays"), None),
            ("origin_out", VEC, ("ray_origin", "origin_out", "ray_start"), None),
            ("point_out", VEC, ("points", "point_image", "positions_out", "world_points"), None),
            ("samples_io", INT, ("sample_count", "num_samples", "accumulated"), (0, 4)),
            ("rgb_io", VEC, ("history", "accumulated_color", "color_buffer", "frame_buffer"), (0, 1)),
            ("depth_io", FLOAT, ("depth", "depth_buffer", "scene_depth"), (0, 9)),
            ("ids_io", INT, ("shape_index", "id_buffer", "scene_ids"), (-1, 3)),
            ("normal_io", VEC, ("normals", "normal_buffer", "scene_normals"), (-1, 1)),
        ):  # fmt: skip
            at = small if self.target == "shrink_image" else shape
            p.output(key, kind, at, names, start)
        p.output("small_rgb", VEC, small, ("color_small", "rgb_out", "thumbnail"))
        p.output("small_depth", FLOAT, small, ("depth_small", "depth_out", "lowres_depth"))
        p.output("small_ids", INT, small, ("ids_small", "ids_out", "lowres_ids"))
        p.output("share", FLOAT, small, ("coverage", "share_out", "visible_fraction"))
        p.output("bytes_out", _BYTE, (*self.bytes_shape, _COLORS), ("rgb_bytes", "out_rgba", "image_u8", "color_bytes"))
        tiles = (self.count * self.height, 2 * self.width)
        p.output("atlas", VEC, tiles, ("atlas", "tiled_image", "grid_image", "mosaic"))
        p.output("atlas_bits", _BITS, tiles, ("atlas", "tiled_packed", "packed_atlas"))
        p.output("atlas_bytes", _BYTE, (*tiles, 3), ("atlas_rgb", "tiled_rgb", "rgb_atlas"))
        p.output("range_min_out", FLOAT, views, ("depth_min", "min_depth", "nearest_depth"), (5, 9))
        p.output("range_max_out", FLOAT, views, ("depth_max", "max_depth", "farthest_depth"), (0, 1))
        p.output("error_sum", FLOAT, views, ("error_sum", "depth_error"), (0, 1))
        p.output("error_max", FLOAT, views, ("max_error",), (0, 1))
        p.output("outlier_count", INT, views, ("outlier_count", "num_outliers"), (0, 1))
        p.output("depth_sum", FLOAT, views, ("depth_sum", "total_depth"), (0, 1))
        p.output("pixel_count", INT, views, ("pixel_count", "num_pixels", "hit_count"), (0, 1))
        self._declare_segments()
        p.output("counter", INT, (1,), ("num_points", "point_count"), (0, 1))
        by_view = (self.count,)
        p.output("obs", FLOAT, (*views, _COLORS, self.height, self.width), ("obs", "observation", "frames"), (0, 1))
        p.output("brightness_bins", INT, (*by_view, 8), ("histogram", "luma_histogram"), (0, 2))
        p.output("luma_sum", FLOAT, views, ("luma_sum", "total_luminance"), (0, 1))
        p.output("cloud", VEC, (_ROOM,), ("cloud", "point_cloud", "points_out"), (-1, 1))
        p.output("cloud_ids", INT, (_ROOM,), ("cloud_ids", "point_ids", "labels_out"), (-1, 1))
        p.output("cloud_rgb", VEC, (_ROOM,), ("cloud_rgb", "point_colors"), (0, 1))
        p.sizes(max_points=_ROOM)

    def _declare_segments(self) -> None:
        """Declare images of object ids, and sums, counts and bounds over the pixels of each object."""
        p, pixels, each, bounds = self.p, self.shape, (*self.views, _SEGMENTS), (-1, _SEGMENTS - 1)
        p.array("labels", INT, bounds, pixels, ("segmentation", "segment_ids", "instance_ids"))
        p.array(
            "true_labels", INT, (-1, _SEGMENTS - 1), pixels, ("target_segmentation", "ground_truth_ids", "label_ids")
        )
        p.output("segment_count", INT, each, ("segment_count", "pixels_per_segment", "segment_size"), (0, 1))
        p.output("segment_rgb", VEC, each, ("segment_color_sum", "color_sum"), (0, 1))
        p.output("expected_count", INT, each, ("target_count", "expected_count"), (0, 1))
        p.output("overlap_count", INT, each, ("overlap_count", "intersection"), (0, 1))
        p.output("union_count", INT, each, ("union_count", "segment_union"), (0, 1))
        p.output("segment_x", FLOAT, each, ("segment_sum_x", "sum_x"), (0, 1))
        p.output("segment_y", FLOAT, each, ("segment_sum_y", "sum_y"), (0, 1))
        p.output("segment_depth", FLOAT, each, ("segment_depth_sum", "depth_sum"), (0, 1))
        p.output("nearest", FLOAT, each, ("segment_min_depth", "nearest_depth"), (8, 10))
        for key, names, start in (
            ("box_low_x", ("box_min_x", "left", "bbox_x0"), (3, 9)),
            ("box_low_y", ("box_min_y", "top", "bbox_y0"), (2, 9)),
            ("box_high_x", ("box_max_x", "right", "bbox_x1"), (0, 2)),
            ("box_high_y", ("box_max_y", "bottom", "bbox_y1"), (0, 1)),
        ):  # fmt: skip
            p.output(key, INT, each, names, start)
