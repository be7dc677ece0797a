"""Shapes that collide: pairs of primitives, their bounds, and distances to them."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.helpers import with_shape_data
from synthesis.frontends.warp.recipes.applications.program import FLOAT, FOUR, FRAME, INT, PAIR, VEC, Program

_BODIES = read_bodies("warp", "collisions", margin=8)

_CONTACTS = 24
"""Maximum number of contacts in a list."""
_TYPES = {"PLANE": 0, "SPHERE": 1, "CAPSULE": 2, "BOX": 3}


def _shapes(p: Program, counts: tuple[int, ...] = (16, 24, 32)) -> int:
    """Declare shapes that are attached to bodies, and return their number, which is one of ``counts``."""
    count = p.choices.choice(counts)
    p.array("shape_type", INT, (0, 3), (count,), ("shape_type", "geom_type", "shape_types"))
    p.array("shape_pos", VEC, (-0.9, 0.9), (count,), ("shape_pos", "geom_xpos", "centers"))
    p.array("shape_scale", VEC, (0.2, 0.5), (count,), ("shape_scale", "geom_size", "shape_size"))
    p.array("shape_body", INT, (-1, 11), (count,), ("shape_body", "body_ids"))
    p.array("shape_flags", INT, (1, 3), (count,), ("shape_flags", "flags"))
    p.array("shape_group", INT, (-1, 2), (count,), ("collision_group", "shape_group", "group"))
    p.array("margin_of", FLOAT, (0.3, 0.8), (count,), ("shape_margin", "geom_margin", "thickness"))
    p.array("friction_of", FLOAT, (0.1, 1), (count,), ("shape_mu", "geom_friction", "friction"))
    p.array("body_q", FRAME, (-1, 1), (12,), ("body_q", "body_xform", "transforms"), element="wp.transform")
    p.array("body_v", VEC, (-1, 1), (12,), ("body_v", "body_vel", "velocities"))
    p.number("margin", (0.6, 1), ("margin", "contact_margin", "contact_gap"), ("0.1", "0.2"))
    p.array("shape_data", FOUR, (0.2, 0.5), (count,), ("shape_data", "geom_data"), element="wp.vec4")
    p.constants(_TYPES)
    p.constants({"COLLIDE": 1})
    return count


_NARROW = {
    "sphere_sphere": _BODIES["sphere_sphere"],
    "sphere_plane": _BODIES["sphere_plane"],
    "sphere_box": _BODIES["sphere_box"],
    "capsule_sphere": _BODIES["capsule_sphere"],
}
"""For each pair, lines that compute the distance and the normal ``n`` from the first shape to the second, a sphere."""
_SPHERES = {"sphere_sphere": "SPHERE", "sphere_plane": "PLANE", "sphere_box": "BOX", "capsule_sphere": "CAPSULE"}
"""The type of the first shape of each pair."""
_COLLIDE = (
    "(shape_flags[a] & COLLIDE) == 0 or (shape_flags[b] & COLLIDE) == 0",
    "not has_flag(shape_flags[a], COLLIDE) or not has_flag(shape_flags[b], COLLIDE)",
    "(shape_flags[a] & shape_flags[b] & COLLIDE) == 0",
)
_KEEP = (
    _BODIES["keep.keep"],
    _BODIES["keep.keep_2"],
    _BODIES["keep.keep_3"],
)
"""Lines for a close pair: append a contact to a list, store the pair's own contact, or push the two bodies apart."""


def _look_up_shapes(p: Program, target: str, place: str, turn: str, *, packed: bool) -> str:
    """Declare the local variables of the two shapes, and return the lines that compute their distance."""
    narrow, ra, rb, gap = (
        with_shape_data(p.choices, each, "margin_of")
        for each in (
            _NARROW[target].replace("rot_of[a]", turn),
            "ra = {shape_scale[a][0] ~ shape_scale[a].x}",
            "rb = {shape_scale[b][0] ~ shape_scale[b].x}",
            "gap = {margin ~ margin_of[a] + margin_of[b] ~ wp.max(margin_of[a], margin_of[b])}",
        )
    )
    p.lookups(
        body_a="body_a = shape_body[a]", body_b="body_b = shape_body[b]",
        a="a = pairs[tid][0]" if packed else "a = first[tid]",
        b="b = pairs[tid][1]" if packed else "b = second[tid]",
        pa=f"pa = {place.format('a')}", pb=f"pb = {place.format('b')}",
        ra=ra, rb=rb, gap=gap,
    )  # fmt: skip
    return narrow


def _write_collision(p: Program, first: str, kept: int, narrow: str) -> None:
    """Write the tests that skip a pair, its distance, and how the result is kept."""
    other = "shape_type[b] != SPHERE"
    collide = p.choices.choice(_COLLIDE)
    p.write(
        "touching[tid] = 0" if kept == 1 else "",
        "# padding, or a shape with itself\nif {a < 0 or b < 0 ~ a == -1 or b == -1} or a == b:\n    return",
        f"""{{?0.6 {{# shapes of one body never touch
            if body_a == body_b:
                return ~ {{if {collide}:
                return ~ if {collide} or body_a == body_b:
                return}} ~
            # pairs of other kinds
            if shape_type[a] != {first} or {other}:
                return ~
            ga = shape_group[a]
            gb = shape_group[b]
            # a group of 0 hits nothing
            if ga == 0 or gb == 0:
                return
            {{# a positive group collides only with itself, a negative one with all others
            if ga > 0 and gb > 0 and ga != gb:
                return
            if ga < 0 and ga == gb:
                return ~
            if ga > 0 and gb > 0 and ga != gb:
                return}}}}}}""",
        narrow,
        _KEEP[kept],
    )


def _draw_narrow(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that computes the distance of two primitive shapes, or their contact."""
    p = Program(stream, ("tid", "pair", "pair_id"), launch=(stream.child("threads").choice((160, 192)),))
    count, pairs = _shapes(p), p.threads
    packed = p.choices.chance(0.4)
    p.array("pairs", PAIR, (-1, count - 1), (pairs,), ("shape_pairs", "pairs", "candidate_pairs"), element="wp.vec2i")
    p.array("first", INT, (-1, count - 1), (pairs,), ("pair_a", "shape_a", "geom1"))
    p.array("second", INT, (0, count - 1), (pairs,), ("pair_b", "shape_b", "geom2"))
    first = _SPHERES[target]
    p.array("shape_type", INT, (1, max(2, _TYPES[first])) if first != "PLANE" else (0, 1), (count,),
            ("shape_type", "geom_type", "shape_types"))  # fmt: skip
    p.array("normal_of", VEC, (-1, 1), (count,), ("plane_normals", "shape_normal"))
    p.array("rot_of", FOUR, (-1, 1), (count,), ("shape_rot", "geom_quat", "orientations"), element="wp.quat")
    # a shape has a position and a rotation, or a pose
    place, turn = "shape_pos[{}]", "rot_of[a]"
    if p.choices.child("poses").chance(0.6):
        place, turn = "wp.transform_get_translation(pose_of[{}])", "wp.transform_get_rotation(pose_of[a])"
    p.array("pose_of", FRAME, (-0.9, 0.9), (count,), ("shape_X_ws", "geom_pose", "shape_poses"), element="wp.transform")
    p.output("counter", INT, (1,), ("contact_count", "num_contacts", "ncon"), (0, 1))
    p.scalar("max_contacts", INT, (1, 3), ("max_contacts", "contact_max", "nconmax"))
    p.output("contact_pair", PAIR, (_CONTACTS,), ("contact_pair", "contact_shapes", "contact_geom"))
    kept = p.choices.choice((0, 0, 1, 2))
    room = _CONTACTS if kept == 0 else pairs
    p.output("dist_out", FLOAT, (room,), ("contact_dist", "contact_distance", "dist_out"))
    p.output("touching", INT, (pairs,), ("contact_active", "is_contact", "pair_touching"))
    p.output("normal_out", VEC, (room,), ("contact_normal", "normal_out"), (0, 1))
    p.output("point_out", VEC, (room,), ("contact_point", "contact_pos"), (0, 1))
    p.output("friction_out", FLOAT, (room,), ("contact_friction", "contact_mu"), (0, 1))
    p.output("pushes", VEC, (12,), ("body_push", "body_correction", "body_delta"), (-0.1, 0.1))
    narrow = _look_up_shapes(p, target, place, turn, packed=packed)
    p.guard_count("pair")
    _write_collision(p, first, kept, narrow)
    kinds = target.replace("_", "-")
    if kept == 2:
        titles = (f"push_apart_{target}", f"resolve_{target}", f"solve_{target}_overlaps")
        docstrings = (f"Push overlapping {kinds} pairs apart.", "One thread per candidate pair.")
    else:
        titles = (f"collide_{target}", f"{target}_contacts", f"narrow_phase_{target}")
        docstrings = (f"Contacts of {kinds} pairs.", "Only pairs closer than the margin are kept.")
    return p.done(
        "contact",
        "narrow_phase",
        target,
        "Resolves overlaps of primitive shape pairs" if kept == 2 else "Computes contacts of primitive shape pairs",
        titles,
        docstrings,
    )


_SURVEY = {
    "bounds": _BODIES["bounds"],
    "distances": _BODIES["distances"],
}


def _draw_survey(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that computes bounds of shapes, or the distance of points from the nearest shape."""
    if target == "bounds":
        p = Program(stream, ("tid", "shape", "shape_id", "geom"))
    else:
        p = Program(stream, ("tid", "i", "point"), launch=(stream.child("threads").choice((24, 32, 48)),))
    threads = p.threads
    if target == "bounds":
        p.array("shape_type", INT, (0, 3), (threads,), ("shape_type", "geom_type", "shape_types"))
    # every thread loops over all shapes for distances
    count = _shapes(p, (6, 8, 12) if target == "distances" else (16, 24, 32))
    if target == "distances":
        p.array("shape_scale", VEC, (0.2, 0.4), (count,), ("shape_scale", "geom_size", "shape_size"))
        p.array("shape_flags", INT, (0, 3), (count,), ("shape_flags", "flags"))
    if target == "bounds":
        for key, kind, bounds, names in (
            ("shape_type", INT, (0, 3), ("shape_type", "geom_type", "shape_types")),
            ("shape_scale", VEC, (0.2, 0.9), ("shape_scale", "geom_size", "shape_size")),
            ("shape_body", INT, (-1, 11), ("shape_body", "body_ids")),
            ("shape_flags", INT, (0, 3), ("shape_flags", "flags")),
            ("margin_of", FLOAT, (0.05, 0.4), ("shape_margin", "geom_margin", "thickness")),
        ):
            p.array(key, kind, bounds, (threads,), names)
        p.array("shape_data", FOUR, (0.2, 0.6), (threads,), ("shape_data", "geom_data"), element="wp.vec4")
    shapes = threads if target == "bounds" else count
    # the shape's frame in its body's frame for bounds, otherwise in the world's
    frames = ("shape_transform", "shape_X_bs") if target == "bounds" else ("shape_X_ws", "shape_world_xform")
    p.array("rot_of", FOUR, (-1, 1), (shapes,), ("shape_rot", "geom_quat", "orientations"), element="wp.quat")
    p.array("shape_xform", FRAME, (-1, 1), (shapes,), frames, element="wp.transform")
    p.array("points", VEC, (-2, 2), (threads,), ("points", "particle_q", "query_points"))
    p.scalar("skip_group", INT, (-1, 2), ("ignored_group", "skip_group"))
    p.number("dt", (0.05, 0.2), ("dt", "sim_dt"), ("0.1",))
    p.number("gap", (0.1, 0.4), ("max_distance", "query_radius"), ("0.5",))
    p.number("far", (50, 100), ("max_extent", "unbounded"), ("1000.0", "100.0"))
    p.sizes(num_shapes=count)
    p.output("lower_out", VEC, (threads,), ("lower", "aabb_lower", "lowers"))
    p.output("upper_out", VEC, (threads,), ("upper", "aabb_upper", "uppers"))
    p.output("dist_out", FLOAT, (threads,), ("distances", "sdf", "dist_out"))
    p.output("nearest", INT, (threads,), ("nearest", "closest_shape", "shape_out"))
    p.guard_count("shape" if target == "bounds" else "point")
    p.write(with_shape_data(p.choices, _SURVEY[target], "margin_of"))
    titles = {
        "bounds": ("compute_shape_aabbs", "update_bounds", "shape_bounds", "compute_aabb"),
        "distances": ("query_shapes", "closest_shape", "eval_sdf", "compute_distances"),
    }[target]
    summary = "Computes bounding boxes of shapes" if target == "bounds" else "Computes distances of points to shapes"
    return p.done("contact", "survey", target, summary, titles, (
        "Axis-aligned boxes around all shapes.", "One thread per shape.",
    ) if target == "bounds" else ("Distance from each point to the nearest shape.",))  # fmt: skip


RECIPES = (
    Recipe(name="narrow_phase", category="contact", targets=tuple(_NARROW), draw=_draw_narrow),
    Recipe(name="survey", category="contact", targets=tuple(_SURVEY), draw=_draw_survey),
)
