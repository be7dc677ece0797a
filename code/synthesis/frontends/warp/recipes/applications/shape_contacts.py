"""Contacts of two shapes in one kernel: they are found by the types of the shapes, or solved for positions."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import with_parts
from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.helpers import with_bodies_called, with_shape_data
from synthesis.frontends.warp.recipes.applications.program import (
    FLOAT,
    FOUR,
    FRAME,
    INT,
    MAT,
    PAIR,
    SPATIAL,
    VEC,
    Program,
)

_BODIES = read_bodies("warp", "shape_contacts", margin=4)


_COLLIDE = _BODIES["collide"]
_SHAPE_START = _BODIES["apart"]
"""Lines that read the positions of two shapes, and initialise their distance, contact normal and contact point."""
_SHAPE_CONTACT = _SHAPE_START + _BODIES["meeting"]
"""Lines that compute distance, contact normal and contact point of two shapes without calling functions."""
_SHAPE_CONTACT_CALLED = _SHAPE_START + _BODIES["meeting_called"]
"""The same as ``_SHAPE_CONTACT``, with calls of functions that several types of shapes share."""
_SHAPE_CONTACT_FUNCTIONS = (
    """
    def gap_along(normal: wp.vec3, p_a: wp.vec3, p_b: wp.vec3) -> float:
        return wp.dot(normal, p_b - p_a)
    """,
    _BODIES["meeting_functions.direction_to"],
    _BODIES["meeting_functions.capsule_end"],
    _BODIES["meeting_functions.deepest_corner"],
    _BODIES["meeting_functions.nearest_on_axis"],
    _BODIES["meeting_functions.nearest_on_box"],
    _BODIES["meeting_functions.box_outward"],
)
_COLLIDE_ENDS = (
    _BODIES["collide_ends.collide_ends"],
    _BODIES["collide_ends.collide_ends_2"],
    _BODIES["collide_ends.collide_ends_3"],
    _BODIES["collide_ends.collide_ends_4"],
)


def draw_collide(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that collides two shapes of any types, with one thread for each pair."""
    p = Program(stream, ("tid", "pair_id", "idx"), launch=(stream.child("threads").choice((24, 32, 40)),))
    pairs, count, bodies = p.threads, p.choices.choice((12, 16, 24)), p.choices.choice((8, 12))
    p.array("pair_count", INT, (pairs // 3, pairs), (1,), ("pair_count", "num_pairs", "shape_pairs_count"))
    p.scalar("max_pairs", INT, (pairs // 2, pairs), ("max_pairs", "pair_capacity"))
    # no shape is paired with itself, because the closest points of two identical capsules are not unique
    p.corners("shape_pairs", PAIR, 2, count, (pairs,), ("shape_pairs", "candidate_pair"), missing=1)
    p.array("shape_body", INT, (-1, bodies - 1), (count,), ("shape_body",))
    p.array("shape_world", INT, (-1, 3), (count,), ("shape_world",))
    p.array("shape_type", INT, (0, 3), (count,), ("shape_type", "geom_type"))
    p.array("shape_X_ws", FRAME, (-1.2, 1.2), (count,), ("shape_X_ws", "shape_world_transform"), element="wp.transform")
    p.array("shape_scale", VEC, (0.3, 1), (count,), ("shape_scale", "geom_size"))
    p.array("shape_gap", FLOAT, (0, 0.6), (count,), ("shape_gap", "shape_margin"))
    p.array("shape_data", FOUR, (0.2, 0.6), (count,), ("shape_data", "geom_data"), element="wp.vec4")
    p.array("shape_ke", FLOAT, (1, 10), (count,), ("shape_material_ke", "shape_ke"))
    p.array("body_q", FRAME, (-1, 1), (bodies,), ("body_q",), element="wp.transform")
    p.array("body_com", VEC, (-0.5, 0.5), (bodies,), ("body_com",))
    p.scalar("contact_max", INT, (2, pairs // 3), ("contact_max", "max_contacts"))
    p.constants({"GEO_PLANE": 0, "GEO_SPHERE": 1, "GEO_CAPSULE": 2, "GEO_BOX": 3, "SEPARATE": 0, "TOUCHING": 1})
    p.constants({"MAX_DIST": p.choices.choice((1000.0, 10000.0)), "EPSILON": p.choices.choice((0.001, 0.0001))})
    for key in ("pair_dist", "contact_dist"):
        p.output(key, FLOAT, (pairs,), (key,))
    for key in ("pair_normal", "pair_point", "pair_point0", "pair_point1", "contact_normal", "contact_point"):
        p.output(key, VEC, (pairs,), (key,))
    p.output("pair_state", INT, (pairs,), ("pair_state", "pair_active"))
    p.output("contact_pair", PAIR, (pairs,), ("contact_pair", "contact_geom"), element="wp.vec2i")
    p.output("contact_count", INT, (1,), ("contact_count", "ncon"), (0, 1))
    p.output("num_touching", INT, (1,), ("num_touching",), (0, 1))
    p.output("num_box_pairs", INT, (1,), ("box_pair_count", "num_skipped"), (0, 1))
    p.output("max_depth", FLOAT, (1,), ("max_penetration", "max_depth"), (-0.2, 0))
    p.output("body_f", SPATIAL, (bodies,), ("body_f",), (-1, 1), element="wp.spatial_vector")
    meeting = _SHAPE_CONTACT
    if p.choices.chance(0.75):
        meeting = _SHAPE_CONTACT_CALLED
        for text in _SHAPE_CONTACT_FUNCTIONS:
            p.function(text)
    lines = _COLLIDE.replace("    MEETING\n", meeting[1:])
    lines = with_shape_data(p.choices, lines, "shape_gap", share=0.6)
    end = with_bodies_called(p.choices, p.choices.choice(_COLLIDE_ENDS))
    # a pair without a contact stores that it has none
    left = {"pair_state[tid]": "SEPARATE", "pair_dist[tid]": "MAX_DIST"}
    said = [f"{where} = {value}" for where, value in left.items() if where in end]
    lines = re.sub(r"(?m)^( *)SKIPPED\n", lambda found: "".join(f"{found[1]}{each}\n" for each in said), lines)
    p.write(lines.replace("    END\n", end[1:]))
    titles = ("collide_shapes", "narrow_phase", "collide_pairs", "compute_shape_contacts", "collide_primitives")
    summary = "Computes contacts of shape pairs by shape type"
    return p.done("shapes", "shape_pairs", target, summary, titles, ("One thread per pair of shapes.",))


_SOLVE = _BODIES["solve"]
_EFFECTIVE_MASS = (
    _BODIES["weighed"],
    """
    w_n = inverse_mass(q_a, m_a, I_a, r_a, n) + inverse_mass(q_b, m_b, I_b, r_b, n)
    """,
)
"""Lines that compute the sum of both bodies' inverse effective masses along the contact normal."""
_FRICTION_MASS = (
    """
    side_a = wp.quat_rotate_inv(q_a, wp.cross(r_a, t))
    side_b = wp.quat_rotate_inv(q_b, wp.cross(r_b, t))
    w_t = m_a + m_b + wp.dot(side_a, I_a * side_a) + wp.dot(side_b, I_b * side_b)
    """,
    """
    w_t = inverse_mass(q_a, m_a, I_a, r_a, t) + inverse_mass(q_b, m_b, I_b, r_b, t)
    """,
)
_CORRECTIONS = (
    """
    if body_SIDE >= 0:
        wp.ATOMIC(body_delta, body_SIDE, wp.spatial_vector(impulse * m_SIDE, turn_by(q_SIDE, I_SIDE, r_SIDE, impulse)))
        COUNT
    """,
    _BODIES["moved.moved"],
    _BODIES["moved.moved_2"],
    _BODIES["moved.moved_3"],
)
_ACROSS = """
    def across(v: wp.vec3, n: wp.vec3) -> wp.vec3:
        return v - n * wp.dot(n, v)
"""
_SOLVE_FUNCTIONS = (
    _BODIES["solve_functions.inverse_mass"],
    _BODIES["solve_functions.turn_by"],
)


def draw_solve(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that solves contacts of two bodies, with one thread for each contact."""
    p = Program(stream, ("tid", "contact_id", "cid"))
    contacts, count, bodies = p.threads, p.choices.choice((12, 16, 24)), p.choices.choice((8, 12))
    p.array("contact_count", INT, (contacts // 3, contacts), (1,), ("contact_count", "rigid_contact_count"))
    p.scalar("contact_max", INT, (contacts // 2, contacts), ("contact_max", "max_contacts"))
    for key in ("contact_shape0", "contact_shape1"):
        p.array(key, INT, (-1, count - 1), (contacts,), (key, f"rigid_{key}"))
    for key in ("contact_point0", "contact_point1", "contact_normal"):
        p.array(key, VEC, (-1, 1), (contacts,), (key, f"rigid_{key}"))
    p.array("contact_last0", VEC, (-1, 1), (contacts,), ("contact_point0_prev", "prev_point0"))
    p.array("contact_last1", VEC, (-1, 1), (contacts,), ("contact_point1_prev", "prev_point1"))
    for key in ("contact_margin", "contact_margin0", "contact_margin1"):
        p.array(key, FLOAT, (0, 0.5), (contacts,), (key, key.replace("margin", "thickness")))
    p.array("contact_mu", FLOAT, (0.2, 1), (contacts,), ("contact_mu", "contact_friction"))
    p.array("shape_body", INT, (-1, bodies - 1), (count,), ("shape_body",))
    p.array("shape_mu", FLOAT, (0.2, 1), (count,), ("shape_mu", "shape_material_mu"))
    p.array("body_q", FRAME, (-1, 1), (bodies,), ("body_q",), element="wp.transform")
    p.array("body_com", VEC, (-0.5, 0.5), (bodies,), ("body_com",))
    p.array("body_inv_mass", FLOAT, (0.2, 2), (bodies,), ("body_inv_mass", "body_inv_m"))
    p.array("body_inv_inertia", MAT, (-0.2, 0.4), (bodies,), ("body_inv_inertia", "body_inv_I"), element="wp.mat33")
    p.scalar("dt", FLOAT, (0.5, 1), ("dt", "substep_dt"))
    p.scalar("compliance", FLOAT, (0.1, 1), ("compliance", "contact_compliance"))
    p.scalar("relaxation", FLOAT, (0.3, 1), ("relaxation", "contact_relaxation"))
    p.output("contact_lambda", FLOAT, (contacts,), ("contact_lambda", "contact_impulse"))
    p.output("body_delta", SPATIAL, (bodies,), ("body_delta", "deltas"), (-1, 1), element="wp.spatial_vector")
    p.output("body_contacts", INT, (bodies,), ("body_contact_count", "contact_weight"), (0, 2))
    p.output("num_sliding", INT, (1,), ("num_sliding", "sliding_count"), (0, 2))
    called = p.choices.chance(0.7)
    if called:
        for text in _SOLVE_FUNCTIONS:
            p.function(text)
    p.function(_SHAPE_CONTACT_FUNCTIONS[0])
    p.function(_ACROSS)
    moved = (_CORRECTIONS[0] if called else p.choices.choice(_CORRECTIONS[1:])).strip("\n").rstrip()
    moved = moved.replace("COUNT", "wp.atomic_add(body_contacts, body_SIDE, 1)" if p.choices.chance(0.5) else "")
    # the other body gets the opposite impulse
    back = moved if p.choices.chance(0.4) else moved.replace("wp.spatial_vector(", "-wp.spatial_vector(")
    sides = (
        back.replace("ATOMIC", "atomic_sub" if back == moved else "atomic_add").replace("SIDE", "a"),
        moved.replace("ATOMIC", "atomic_add").replace("SIDE", "b"),
    )
    lines = with_parts(_SOLVE.rstrip(), weighed=_EFFECTIVE_MASS[called], slid=_FRICTION_MASS[called])
    p.write("\n".join((lines, *sides)))
    titles = ("solve_body_contacts", "solve_contact_positions", "project_contacts", "apply_contact_corrections")
    summary = "Computes position corrections that separate contacting bodies"
    return p.done("contact", "contact_solvers", target, summary, titles, ("One thread per contact.",))
