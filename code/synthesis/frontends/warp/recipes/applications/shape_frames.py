"""Shapes on bodies: their poses, bounds and pairs, and the conversion of contacts to other arrays and frames."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.helpers import with_bodies_called, with_shape_data
from synthesis.frontends.warp.recipes.applications.program import (
    FLAG,
    FLOAT,
    FOUR,
    FRAME,
    INT,
    SPATIAL,
    VEC,
    Program,
)

_BODIES = read_bodies("warp", "shape_frames", margin=8)
_ARGUMENTS = read_arguments("warp", "shape_frames")

_KINDS = ("GEO_PLANE", "GEO_SPHERE", "GEO_CAPSULE", "GEO_BOX", "GEO_CYLINDER")

_SHAPE = {
    "shape_poses": _BODIES["shape_poses"],
    "shape_bounds": _BODIES["shape_bounds"],
    "shape_mass": _BODIES["shape_mass"],
    "shape_ray": _BODIES["shape_ray"],
    "shape_sites": _BODIES["shape_sites"],
    "shape_flags": _BODIES["shape_flags"],
}

_HITS = (
    ("ray_t[tid] = -1.0", "ray_t[tid] = t"),
    (
        "ray_t[tid] = -1.0",
        """ray_t[tid] = t
        # the distance to the first of all shapes
        if t >= 0.0:
            wp.atomic_min(nearest, 0, t)""",
    ),
    (
        """ray_t[tid] = -1.0
            hit_pos[tid] = ray_start""",
        """if t >= 0.0:
            ray_t[tid] = t
            hit_pos[tid] = ray_start + ray_dir * t
        else:
            ray_t[tid] = -1.0
            hit_pos[tid] = ray_start""",
    ),
)
"""Lines that store the result of a ray: for a shape that is skipped, and for a shape that is tested."""

_SHAPE_FUNCTIONS = (
    """
    def axis_extent(X: wp.transform, half_height: float) -> wp.vec3:
        axis = wp.transform_vector(X, wp.vec3(0.0, 0.0, half_height))
        return {wp.abs(axis) ~ wp.vec3(wp.abs(axis[0]), wp.abs(axis[1]), wp.abs(axis[2]))}
    """,
    _BODIES["shape_functions.box_extent"],
    _BODIES["shape_functions.ray_sphere"],
    _BODIES["shape_functions.ray_box"],
)
"""Functions for one type of shape that kernels may call."""


def _declare_shapes(p: Program, count: int, bodies: int) -> None:
    """Declare the arguments that kernels of shapes and kernels of contacts share."""
    p.array("shape_type", INT, (0, 4), (count,), ("shape_type",))
    p.array("shape_body", INT, (-1, bodies - 1), (count,), ("shape_body",))
    p.array("shape_world", INT, (-1, 7), (count,), ("shape_world", "shape_env"))
    p.array("shape_flags", INT, (0, 7), (count,), ("shape_flags",))
    p.array("body_flags", INT, (0, 3), (bodies,), ("body_flags",))
    p.array("collision_group", INT, (-4, 4), (count,), ("collision_group", "shape_group", "shape_collision_group"))
    p.array("world_active", FLAG, (0, 1), (8,), ("world_active", "world_mask"))
    p.array("shape_transform", FRAME, (-1, 1), (count,), ("shape_transform",), element="wp.transform")
    p.array("body_q", FRAME, (-1, 1), (bodies,), ("body_q",), element="wp.transform")
    p.array("body_qd", SPATIAL, (-1, 1), (bodies,), ("body_qd",), element="wp.spatial_vector")
    p.array("body_com_in", VEC, (-0.5, 0.5), (bodies,), ("body_com",))
    p.array("shape_scale", VEC, (0.5, 2), (count,), ("shape_scale",))
    p.array("shape_data", FOUR, (0.4, 1.5), (count,), ("shape_data", "geom_data"), element="wp.vec4")
    p.array("world_offset", VEC, (-2, 2), (8,), ("world_offsets", "env_offset", "world_origin"))
    for key, bounds, names in (
        ("shape_gap", (0, 0.2), ("shape_gap", "contact_gap")),
        ("shape_margin", (0, 0.5), ("shape_margin", "thickness")),
        ("shape_radius", (0.5, 2), ("shape_collision_radius", "shape_radius")),
        ("density", (-0.3, 2), ("shape_density", "density")),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (count,), names)
    p.constants({name: number for number, name in enumerate(_KINDS)})
    p.constants({"VISIBLE": 1, "COLLIDES": 2, "STATIC": 4, "IMMOVABLE": 4, "DYNAMIC": 4})
    p.constants({"KINEMATIC": 1})
    p.constants({"EPSILON": 0.001, "MAX_RANGE": p.choices.choice((1000.0, 10000.0))})


def _draw_shape(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of shapes on bodies or in the world, with one thread for each shape."""
    p = Program(stream, ("tid", "shape", "shape_id", "i") if target != "shape_sites" else ("tid", "site", "site_id"))
    count, bodies = p.threads, p.choices.choice((8, 12, 16))
    _declare_shapes(p, count, bodies)
    poses = ("site_X_ws", "site_world_xform") if target == "shape_sites" else ("shape_X_ws", "shape_world_xform")
    declare(p, _ARGUMENTS["sites"], {"count": count, "bodies": bodies}, {"pose_out": poses})
    p.function(_BODIES["functions.ray_capsule"])
    for text in _SHAPE_FUNCTIONS:
        p.function(text)
    if target != "shape_ray":
        p.guard_count("site" if target == "shape_sites" else "shape")
    miss, hit = p.choices.choice(_HITS)
    p.output("twist_out", SPATIAL, (count,), ("shape_twist", "shape_qd"), element="wp.spatial_vector")
    text = with_bodies_called(p.choices, _SHAPE[target])
    if target in ("shape_bounds", "shape_mass"):
        text = with_shape_data(p.choices, text, "shape_margin")
    p.write(text.replace("MISS", miss).replace("HIT", hit))
    titles = {
        "shape_poses": ("update_shape_transforms", "compute_shape_poses", "shape_world_transforms"),
        "shape_bounds": ("compute_shape_aabbs", "update_shape_bounds", "shape_aabb"),
        "shape_mass": ("accumulate_shape_mass", "compute_body_mass", "add_shape_mass"),
        "shape_ray": ("raycast_shapes", "ray_shape_test", "pick_shape"),
        "shape_sites": ("update_site_poses", "compute_site_transforms", "eval_site_transforms"),
        "shape_flags": ("update_shape_flags", "refresh_shape_flags", "set_shape_flags"),
    }[target]
    summary = {
        "shape_poses": "Computes world poses of shapes from those of their bodies",
        "shape_bounds": "Computes world bounding boxes of shapes",
        "shape_mass": "Adds the mass of each shape to its body",
        "shape_ray": "Intersects a ray with each shape",
        "shape_sites": "Computes world poses of sites",
        "shape_flags": "Updates shape flags from bodies and worlds",
    }[target]
    return p.done("shapes", "shape_frames", target, summary, titles, (
        "One thread per site." if target == "shape_sites" else "One thread per shape.", "A body of -1 is the world.",
    ))  # fmt: skip


_CONTACT = {
    "contact_points": _BODIES["contact_points"],
    "contact_velocities": _BODIES["contact_velocities"],
    "contact_wrenches": _BODIES["contact_wrenches"],
    "contact_rows": _BODIES["contact_rows"],
    "pair_filter": _BODIES["pair_filter"],
    "contact_export": _BODIES["contact_export"],
}

_ARMS = (
    r"\1\2 = wp.transform_vector(\3, \4 - \5)\n",
    r"\1\2 = wp.quat_rotate(wp.transform_get_rotation(\3), \4 - \5)\n",
    r"\1\2 = wp.transform_point(\3, \4) - wp.transform_point(\3, \5)\n",
)
"""Replacement patterns: ways to compute the world vector from a body's centre to a point given in its frame."""


def _draw_contact(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of contacts between two shapes, with one thread for each possible contact."""
    p = Program(stream, ("tid", "contact_id", "cid", "i") if target != "pair_filter" else ("tid", "pair_id", "idx"))
    count, bodies = p.choices.choice((12, 16, 24)), p.choices.choice((8, 12))
    contacts = p.threads
    _declare_shapes(p, count, bodies)
    sizes = {"contacts": contacts, "count": count, "bodies": bodies}
    for part in ("contacts", "contact_outputs"):
        declare(p, _ARGUMENTS[part], sizes)
    p.constants({"NUM_GEO_TYPES": len(_KINDS)})
    p.function(_BODIES["functions.orthogonal"])
    text = with_bodies_called(p.choices, _CONTACT[target])
    if target in ("contact_velocities", "contact_wrenches"):
        sought = r"( *)(r_\w) = wp\.transform_vector\((.*), (\w+\[tid\]) - (.*)\)\n"
        text = re.sub(sought, p.choices.choice(_ARMS), text)
    p.write(text)
    titles = {
        "contact_points": ("compute_contact_distances", "update_contacts", "eval_contact_points"),
        "contact_velocities": ("compute_contact_velocities", "compute_relative_velocity", "eval_contact_velocities"),
        "contact_wrenches": ("apply_contact_forces", "accumulate_contact_wrench", "contact_forces_to_bodies"),
        "contact_rows": ("allocate_contact_rows", "assign_contact_rows", "allocate_efc_rows"),
        "pair_filter": ("filter_shape_pairs", "classify_pairs", "sort_candidate_pairs"),
        "contact_export": ("convert_contacts", "export_contacts", "contacts_to_solver"),
    }[target]
    summary = {
        "contact_points": "Computes world contact points and distances",
        "contact_velocities": "Computes the relative velocity of the bodies of each contact",
        "contact_wrenches": "Adds contact forces and torques to bodies",
        "contact_rows": "Allocates solver rows for each contact",
        "pair_filter": "Filters shape pairs and assigns collision routines",
        "contact_export": "Converts contacts to the format of another solver",
    }[target]
    return p.done("shapes", "shape_contacts", target, summary, titles, (
        "One thread per pair." if target == "pair_filter" else "One thread per contact.",
        "-1 is the world." if target in ("pair_filter", "contact_rows") else "Points are in the frames of the bodies.",
    ))  # fmt: skip


_WEIGHTS = {"shape_sites": 0.5, "shape_flags": 0.5, "shape_mass": 0.6, "shape_ray": 0.5}
RECIPES = (
    Recipe(name="shape_frames", category="shapes", targets=tuple(_SHAPE), draw=_draw_shape, target_weights=_WEIGHTS),
    Recipe(
        name="shape_contacts",
        category="shapes",
        targets=tuple(_CONTACT),
        draw=_draw_contact,
        target_weights={
            "contact_velocities": 0.6,
            "contact_points": 0.4,
            "pair_filter": 0.4,
            "contact_wrenches": 0.7,
            "contact_rows": 0.6,
            "contact_export": 0.8,
        },
    ),
)
