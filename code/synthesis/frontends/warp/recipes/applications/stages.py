"""Stages of a simulation step in one kernel: collision by the types of shapes, rows of constraints with their
impedance, traversals of trees, and resets of worlds."""

import re
from collections.abc import Callable

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import with_marked
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.helpers import with_bodies_called, with_shape_data
from synthesis.frontends.warp.recipes.applications.program import (
    FLAG,
    FLOAT,
    FOUR,
    FRAME,
    INT,
    PAIR,
    SPATIAL,
    VEC,
    Program,
)

_BODIES = read_bodies("warp", "stages", margin=4)

_MAT, _TWO, _SQUARE = Type("float32", (3, 3)), Type("float32", (2,)), Type("float32", (6, 6))

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


def _draw_collide(stream: Stream, target: str) -> KernelSpec:
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


_IMPEDANCE = _BODIES["impedance"]
_FINISH = _BODIES["finish"]
_LIMIT_ROW = _BODIES["limit_row"]
_TAKEN_ROWS = (
    _BODIES["taken_rows"],
    """
    # its place among the rows of the limits
    efcid = limit_row[u]
    {nl[worldid, u] = 1 ~ wp.atomic_add(num_limits, worldid, 1)}
    """,
)
_PYRAMID = _BODIES["pyramid"]
_TAKEN_BLOCKS = (
    _BODIES["taken_blocks"],
    """
    first = contact_rowadr[u]
    if first + nrows > {njmax ~ efc_J.shape[1]}:
        return
    """,
)
_SHIFTS = (
    """jacp {sign}= wp.spatial_bottom(cdof[worldid, dof])
                jacp {sign}= wp.cross(wp.spatial_top(cdof[worldid, dof]), {offset})""",
    "jacp {sign}= velocity_at(cdof[worldid, dof], {offset})",
)
_MOST_ROWS = 10
"""Maximum number of rows of a contact: the edges of its pyramid with sliding, torsional and rolling friction."""
_AT_OFFSET = """
    def velocity_at(motion: wp.spatial_vector, offset: wp.vec3) -> wp.vec3:
        {return wp.spatial_bottom(motion) + wp.cross(wp.spatial_top(motion), offset) ~
        return wp.spatial_bottom(motion) - wp.cross(offset, wp.spatial_top(motion))}
"""
_TETRAHEDRON = _BODIES["tetrahedron"]
_CORRECTED = _BODIES["corrected"]
_TETRAHEDRON_WAYS = (
    {
        "COLUMNS": """
    F1 = wp.vec3(F[0, 0], F[1, 0], F[2, 0])
    F2 = wp.vec3(F[0, 1], F[1, 1], F[2, 1])
    F3 = wp.vec3(F[0, 2], F[1, 2], F[2, 2])
""",
        "NORM": "wp.sqrt(wp.dot(F1, F1) + wp.dot(F2, F2) + wp.dot(F3, F3))",
        "SUM": "w0 * wp.dot(g0, g0) + w1 * wp.dot(g1, g1) + w2 * wp.dot(g2, g2) + w3 * wp.dot(g3, g3)",
        "DET": "{wp.determinant(F) ~ wp.dot(F1, wp.cross(F2, F3))}",
        "COFACTOR": "wp.matrix_from_cols(wp.cross(F2, F3), wp.cross(F3, F1), wp.cross(F1, F2))",
    },
    {
        "COLUMNS": "\n",
        "NORM": "wp.sqrt(wp.ddot(F, F))",
        "SUM": "w0 * wp.length_sq(g0) + w1 * wp.length_sq(g1) + w2 * wp.length_sq(g2) + w3 * wp.length_sq(g3)",
        "DET": "wp.determinant(F)",
        "COFACTOR": "cofactor(F)",
    },
)
"""Expressions for a tetrahedron's deformation gradient ``F``: by its columns, or by built-ins on the whole matrix."""
_TETRAHEDRON_FUNCTIONS = (_BODIES["tetrahedron_functions"],)


def _deeper(text: str, by: int) -> str:
    """Return a template with more indentation."""
    return text.strip("\n").replace("\n    ", "\n" + " " * (4 + by))


def _filled(text: str, **parts: str) -> str:
    """Return a template with placeholders replaced by other templates, each indented like its placeholder."""
    lines = list[str]()
    for line in text.split("\n"):
        name = line.strip().rstrip("}").lower()
        if name in parts:
            pad, end = line[: len(line) - len(line.lstrip())], "}" * line.count("}")
            lines.append(pad + _deeper(parts[name], len(pad) - 4).lstrip() + end)
        else:
            lines.append(line)
    return "\n".join(lines)


def _declare_solved(p: Program, worlds: int, rows: int, dofs: int) -> None:
    """Declare the arguments from which rows of constraints are computed."""
    each = (worlds, rows)
    for key, domain, names in (
        ("efc_D", None, ("efc_D_out", "efc_D")), ("efc_vel", None, ("efc_vel_out", "efc_vel")),
        ("efc_aref", None, ("efc_aref_out", "efc_aref")), ("efc_pos", None, ("efc_pos_out", "efc_pos")),
        ("efc_margin", None, ("efc_margin_out", "efc_margin")),
        ("efc_frictionloss", None, ("efc_frictionloss_out", "efc_frictionloss")),
    ):  # fmt: skip
        p.output(key, FLOAT, each, names, domain)
    p.output("efc_J", FLOAT, (*each, dofs), ("efc_J_out", "efc_J"), (-1, 1))
    p.output("efc_type", INT, each, ("efc_type_out", "efc_type"))
    p.output("efc_id", INT, each, ("efc_id_out", "efc_id"))
    p.output("nefc", INT, (worlds,), ("nefc_out", "nefc"), (0, 2))
    p.array("qpos", FLOAT, (-1.5, 1.5), (worlds, 8 * rows), ("qpos_in", "qpos"))
    p.array("qvel", FLOAT, (-1, 1), (worlds, dofs), ("qvel_in", "qvel"))
    p.scalar("refsafe", FLAG, (0, 1), ("refsafe", "use_refsafe"))
    p.scalar("timestep", FLOAT, (0.05, 0.4), ("timestep", "opt_timestep"))
    p.sizes(nv=dofs)
    p.constants({"JNT_FREE": 0, "JNT_BALL": 1, "JNT_SLIDE": 2, "JNT_HINGE": 3, "EFC_LIMIT": 3, "EFC_CONTACT": 4})


def _draw_limit_row(stream: Stream) -> KernelSpec:
    """Draw a kernel that makes the constraint row of a joint limit, with one thread for each joint of each world."""
    worlds, joints = stream.child("sizes").choice(((4, 8), (4, 12), (6, 8), (3, 12), (2, 16)))
    dofs = 3 * joints
    p = Program(stream, ("worldid", "world"), ("u", "jntid", "jnt_id"), launch=(worlds, joints))
    placed = p.choices.chance(0.5)
    rows = joints if placed else joints // 2 + 2
    _declare_solved(p, worlds, rows, dofs)
    p.array("qpos", FLOAT, (-1.5, 1.5), (worlds, 4 * joints), ("qpos_in", "qpos"))
    p.array("jnt_limited", FLAG if p.choices.chance(0.5) else INT, (0, 1), (joints,), ("jnt_limited", "is_limited"))
    p.array("jnt_type", INT, (0, 3), (joints,), ("jnt_type",))
    p.starts("jnt_dofadr", joints, 3, 0, ("jnt_dofadr",))
    p.starts("jnt_qposadr", joints, 4, 0, ("jnt_qposadr",))
    p.places("limit_row", joints, 1, ("limit_rowadr", "jnt_limit_row"))
    p.array("jnt_range", _TWO, (-0.9, 0.9), (joints,), ("jnt_range",), element="wp.vec2")
    p.array("jnt_margin", FLOAT, (0, 0.2), (joints,), ("jnt_margin",))
    p.array("dof_invweight", FLOAT, (0.2, 2), (dofs,), ("dof_invweight0", "dof_invweight"))
    p.array("solref", _TWO, (0.2, 1), (joints,), ("jnt_solref",), element="wp.vec2")
    p.array("solimp", FLOAT, (0.2, 0.9), (joints, 3), ("jnt_solimp",))
    p.scalar("njmax", INT, (rows // 2, rows), ("njmax_in", "njmax"))
    p.output("limit_active", INT, (worlds, joints), ("limit_active_out", "jnt_at_limit"))
    p.output("nl", INT, (worlds, joints), ("limit_used", "row_used"), (0, 1))
    p.output("num_limits", INT, (worlds,), ("nl_out", "num_limits"), (0, 2))
    p.function(
        """
        def turn_angle(scalar: float, v: wp.vec3) -> float:
            {return 2.0 * wp.atan2(wp.length(v), wp.abs(scalar)) ~ half = wp.atan2(wp.length(v), wp.abs(scalar))
            return 2.0 * half}
        """
    )
    impedance = _IMPEDANCE.replace("SOURCE", "u")
    taken = _TAKEN_ROWS[placed]
    p.write(_filled(_LIMIT_ROW, row=taken, impedance=impedance, finish=_FINISH))
    titles = ("efc_limit_rows", "joint_limit_constraint", "add_limit_rows", "limit_constraints")
    summary = "Adds a constraint row for each joint beyond its limit"
    told = ("Launched over (worlds, joints).",)
    return p.done("constraints", "row_builders", "limit_row", summary, titles, told)


def _draw_pyramid(stream: Stream) -> KernelSpec:
    """Draw a kernel that makes the constraint rows of a contact with friction, with one thread for each contact."""
    worlds, contacts, bodies, dofs = stream.child("sizes").choice(
        ((3, 12, 5, 6), (2, 8, 5, 6), (4, 12, 6, 7), (3, 16, 6, 6))
    )
    p = Program(stream, ("u", "conid", "contactid", "cid"), launch=(contacts,))
    placed = p.choices.chance(0.5)
    rows = _MOST_ROWS * contacts if placed else contacts
    _declare_solved(p, worlds, rows, dofs)
    p.array("nacon", INT, (contacts // 2, contacts), (1,), ("nacon_in", "nacon"))
    p.scalar("naconmax", INT, (contacts // 2, contacts), ("naconmax_in", "naconmax"))
    p.scalar("njmax", INT, (rows // 2, rows), ("njmax_in", "njmax"))
    p.scalar("impratio", FLOAT, (0.5, 2), ("impratio", "opt_impratio"))
    p.array("contact_dim", INT, (1, 6), (contacts,), ("contact_dim_in", "contact_dim"))
    p.array("contact_world", INT, (0, worlds - 1), (contacts,), ("contact_worldid_in", "contact_worldid"))
    p.array("contact_dist", FLOAT, (-0.5, 0.3), (contacts,), ("contact_dist_in", "contact_dist"))
    p.array("contact_margin", FLOAT, (0, 0.3), (contacts,), ("contact_includemargin_in", "contact_margin"))
    p.corners("contact_geom", PAIR, 2, bodies, (contacts,), ("contact_geom_in",))
    p.array("contact_frame", _MAT, (-1, 1), (contacts,), ("contact_frame_in",), element="wp.mat33")
    p.array("contact_pos", VEC, (-1, 1), (contacts,), ("contact_pos_in",))
    p.array("contact_friction", FLOAT, (0.3, 1), (contacts, 5), ("contact_friction_in",))
    p.array("solref", _TWO, (0.2, 1), (contacts,), ("contact_solref_in",), element="wp.vec2")
    p.array("solimp", FLOAT, (0.2, 0.9), (contacts, 3), ("contact_solimp_in",))
    p.starts("contact_rowadr", contacts, _MOST_ROWS, 0, ("contact_rowadr", "contact_efc_start"))
    p.places("geom_bodyid", bodies, 1, ("geom_bodyid",))
    p.array("body_rootid", INT, (0, bodies - 1), (bodies,), ("body_rootid",))
    p.array("body_invweight", FLOAT, (0.2, 2), (bodies,), ("body_invweight0", "body_invweight"))
    p.array("isdofancestor", INT, (0, 1), (bodies, dofs), ("body_isdofancestor",))
    p.array("subtree_com", VEC, (-1, 1), (worlds, bodies), ("subtree_com_in",))
    p.array("cdof", SPATIAL, (-1, 1), (worlds, dofs), ("cdof_in",), element="wp.spatial_vector")
    p.output("contact_row", INT, (contacts, _MOST_ROWS), ("contact_efc_address_out",), (-1, 0))
    p.output("njmax_needed", INT, (1,), ("njmax_needed", "max_rows_asked"), (0, 3))
    impedance = _IMPEDANCE.replace("SOURCE", "u")
    p.function(_AT_OFFSET)
    shift = _SHIFTS[p.choices.chance(0.7)]
    text = re.sub(r"SHIFTED (.)(\w+)", lambda found: shift.format(sign=found[1], offset=found[2]), _PYRAMID)
    p.write(_filled(text, rows=_TAKEN_BLOCKS[placed], impedance=impedance))
    titles = ("efc_contact_pyramidal", "contact_rows", "add_contact_rows", "contact_constraints")
    summary = "Adds friction pyramid rows for each contact"
    return p.done("constraints", "row_builders", "pyramid_rows", summary, titles, ("One thread per contact.",))


def _draw_tetrahedron(stream: Stream) -> KernelSpec:
    """Draw a kernel that corrects the corners of a tetrahedron, with one thread for each tetrahedron."""
    p = Program(stream, ("tid", "tet_id", "tet"))
    tets, particles = p.threads, p.choices.choice((24, 32, 48))
    p.corners("tet_indices", INT, 4, particles, (tets, 4), ("tet_indices", "tet_ids"))
    p.corners("tet_nodes", Type("int32", (4,)), 4, particles, (tets,), ("tet_nodes",))
    p.array("tet_active", FLAG if p.choices.chance(0.5) else INT, (0, 1), (tets,), ("tet_active", "tet_alive"))
    p.array("particle_q", VEC, (-1, 1), (particles,), ("particle_q", "positions"))
    p.array("particle_qd", VEC, (-1, 1), (particles,), ("particle_qd", "velocities"))
    p.array("particle_inv_mass", FLOAT, (0, 1), (particles,), ("particle_inv_mass", "inv_mass"))
    p.array("tet_materials", FLOAT, (0.5, 3), (tets, 3), ("tet_materials",))
    p.array("tet_rest_volume", FLOAT, (0.1, 1), (tets,), ("tet_rest_volume", "rest_volumes"))
    p.array("tet_poses", _MAT, (-1, 1), (tets,), ("tet_poses", "tet_inv_rest"), element="wp.mat33")
    p.scalar("dt", FLOAT, (0.1, 0.5), ("dt",))
    p.output("delta", VEC, (particles,), ("delta", "corrections", "particle_deltas"), (-1, 1))
    p.output("tet_volume_ratio", FLOAT, (tets,), ("tet_volume_ratio",))
    p.guard_count("tet")
    for text in _TETRAHEDRON_FUNCTIONS:
        p.function(text)
    text = _TETRAHEDRON
    for word, way in _TETRAHEDRON_WAYS[p.choices.chance(0.65)].items():
        text = text.replace(f"    {word}\n", way[1:]).replace(word, way)
    p.write(_filled(text, written=_CORRECTED))
    titles = ("solve_tetrahedra", "project_tetrahedra", "solve_tet_constraints", "xpbd_tets")
    summary = "Computes shape and volume corrections for tetrahedra"
    return p.done("constraints", "row_builders", "tetrahedra", summary, titles, ("One thread per tetrahedron.",))


_BUILDERS: dict[str, Callable[[Stream], KernelSpec]] = {
    "limit_row": _draw_limit_row,
    "pyramid_rows": _draw_pyramid,
    "tetrahedra": _draw_tetrahedron,
}


def _draw_builder(stream: Stream, target: str) -> KernelSpec:
    """Draw a stage of a solver."""
    return _BUILDERS[target](stream)


_FORWARD = """
    {?0.5 {if not articulation_mask[tid]:
        return ~ # only what has changed
    if articulation_mask[tid] == 0:
        return}}
    {for i in range(start, end): ~ for link in range(end - start):
        i = start + link}
        {parent = joint_parent[i]
        child = joint_child[i] ~ child = joint_child[i]
        parent = joint_parent[i]}
        kind = joint_type[i]
        {q_start = joint_q_start[i]
        qd_start = joint_qd_start[i] ~ qd_start = joint_qd_start[i]
        q_start = joint_q_start[i]}
        # the frame of the joint on its parent, or on the world
        X_wpj = joint_X_p[i]
        if parent >= 0:
            X_wpj = body_q[parent] * X_wpj
        {X_j = wp.transform_identity()
        VEL v_j = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0) ~
        VEL v_j = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        X_j = wp.transform_identity()}
        if kind == JOINT_PRISMATIC:
            axis = joint_axis[qd_start]
            X_j = wp.transform(axis * joint_q[q_start], wp.quat_identity())
            VEL v_j = wp.spatial_vector(axis * joint_qd[qd_start], wp.vec3(0.0, 0.0, 0.0))
        {elif kind == JOINT_REVOLUTE:
            axis = joint_axis[qd_start]
            X_j = wp.transform(wp.vec3(0.0, 0.0, 0.0), wp.quat_from_axis_angle(axis, joint_q[q_start]))
            VEL v_j = wp.spatial_vector(wp.vec3(0.0, 0.0, 0.0), axis * joint_qd[qd_start])
        elif kind == JOINT_BALL:
            q_j = wp.quat(joint_q[q_start], joint_q[q_start + 1], joint_q[q_start + 2], joint_q[q_start + 3])
            X_j = wp.transform(wp.vec3(0.0, 0.0, 0.0), q_j)
            VEL w_j = wp.vec3(joint_qd[qd_start], joint_qd[qd_start + 1], joint_qd[qd_start + 2])
            VEL v_j = wp.spatial_vector(wp.vec3(0.0, 0.0, 0.0), w_j) ~
        elif kind == JOINT_BALL:
            q_j = wp.quat(joint_q[q_start], joint_q[q_start + 1], joint_q[q_start + 2], joint_q[q_start + 3])
            X_j = wp.transform(wp.vec3(0.0, 0.0, 0.0), q_j)
            VEL w_j = wp.vec3(joint_qd[qd_start], joint_qd[qd_start + 1], joint_qd[qd_start + 2])
            VEL v_j = wp.spatial_vector(wp.vec3(0.0, 0.0, 0.0), w_j)
        elif kind == JOINT_REVOLUTE:
            axis = joint_axis[qd_start]
            X_j = wp.transform(wp.vec3(0.0, 0.0, 0.0), wp.quat_from_axis_angle(axis, joint_q[q_start]))
            VEL v_j = wp.spatial_vector(wp.vec3(0.0, 0.0, 0.0), axis * joint_qd[qd_start])}
        {?0.7 elif kind == JOINT_FREE:
            {?0.5 # linear part first, then the quaternion with its scalar last
            ~}
            x_j = wp.vec3(joint_q[q_start], joint_q[q_start + 1], joint_q[q_start + 2])
            q_j = wp.quat(joint_q[q_start + 3], joint_q[q_start + 4], joint_q[q_start + 5], joint_q[q_start + 6])
            X_j = wp.transform(x_j, q_j)
            VEL lin = wp.vec3(joint_qd[qd_start], joint_qd[qd_start + 1], joint_qd[qd_start + 2])
            VEL ang = wp.vec3(joint_qd[qd_start + 3], joint_qd[qd_start + 4], joint_qd[qd_start + 5])
            VEL v_j = wp.spatial_vector(lin, ang)}
        {?0.6 elif kind == JOINT_D6:
            pos = wp.vec3(0.0, 0.0, 0.0)
            rot = wp.quat_identity()
            VEL lin = wp.vec3(0.0, 0.0, 0.0)
            VEL ang = wp.vec3(0.0, 0.0, 0.0)
            for k in range(joint_dof_dim[i, 0]):
                pos += joint_axis[qd_start + k] * joint_q[q_start + k]
                VEL lin += joint_axis[qd_start + k] * joint_qd[qd_start + k]
            # the angles turn one after the other
            for k in range(joint_dof_dim[i, 0], joint_dof_dim[i, 0] + joint_dof_dim[i, 1]):
                VEL ang += wp.quat_rotate(rot, joint_axis[qd_start + k]) * joint_qd[qd_start + k]
                rot = rot * wp.quat_from_axis_angle(joint_axis[qd_start + k], joint_q[q_start + k])
            X_j = wp.transform(pos, rot)
            VEL v_j = wp.spatial_vector(lin, ang)}
        X_wcj = X_wpj * X_j
        X_wc = X_wcj * wp.transform_inverse(joint_X_c[i])
        VEL # in the frame of the world, at the origin of the child
        VEL x_child = wp.transform_get_translation(X_wc)
        VEL v_ang = wp.transform_vector(X_wpj, wp.spatial_bottom(v_j))
        VEL v_lin = wp.transform_vector(X_wpj, wp.spatial_top(v_j))
        VEL v_lin += wp.cross(v_ang, x_child - wp.transform_get_translation(X_wcj))
        VEL if parent >= 0:
        VEL     # carried along by the parent
        VEL     r_parent = x_child - wp.transform_get_translation(body_q[parent])
        VEL     v_lin += wp.spatial_top(body_qd[parent]) + wp.cross(wp.spatial_bottom(body_qd[parent]), r_parent)
        VEL     v_ang += wp.spatial_bottom(body_qd[parent])
        {?0.3 # kinematic
        if body_flags[child] & KINEMATIC != 0:
            continue}
        body_q[child] = X_wc
        VEL body_qd[child] = wp.spatial_vector(v_lin, v_ang)
"""
_COMPOSITE = _BODIES["composite"]


def _declare_articulations(p: Program, trees: int, length: int) -> None:
    joints = trees * length
    p.starts("articulation_start", trees + 1, length, 0, ("articulation_start",))
    p.lookups(start="start = articulation_start[tid]", end="end = articulation_start[tid + 1]")
    p.array("articulation_mask", FLAG if p.choices.chance(0.5) else INT, (0, 1), (trees,), ("articulation_mask",))
    p.parents("joint_parent", trees, length, ("joint_parent",))
    p.starts("joint_child", joints, 1, 0, ("joint_child",))
    p.starts("joint_q_start", joints, 7, 0, ("joint_q_start",))
    p.starts("joint_qd_start", joints, 6, 0, ("joint_qd_start",))
    p.starts("articulation_H_start", trees, length * length, 0, ("articulation_H_start",))
    p.array("joint_type", INT, (0, 5), (joints,), ("joint_type",))
    p.array("joint_dof_dim", INT, (0, 3), (joints, 2), ("joint_dof_dim",))
    for key in ("joint_X_p", "joint_X_c", "body_q_in"):
        p.array(key, FRAME, (-1, 1), (joints,), (key.removesuffix("_in"),), element="wp.transform")
    p.array("joint_axis", VEC, (-1, 1), (6 * joints,), ("joint_axis",))
    p.array("joint_q", FLOAT, (-1, 1), (7 * joints,), ("joint_q",))
    p.array("joint_qd", FLOAT, (-1, 1), (6 * joints,), ("joint_qd",))
    p.array("body_flags", INT, (0, 3), (joints,), ("body_flags",))
    p.array("body_mass", FLOAT, (0.2, 2), (joints,), ("body_mass",))
    p.array("body_com", VEC, (-0.5, 0.5), (joints,), ("body_com",))
    p.array("body_inertia", _MAT, (-1, 1), (joints,), ("body_inertia",), element="wp.mat33")
    p.array("joint_armature", FLOAT, (0.1, 1), (joints,), ("joint_armature",))
    p.array("joint_S_s", SPATIAL, (-0.6, 0.6), (joints,), ("joint_S_s",), element="wp.spatial_vector")
    p.constants({
        "JOINT_PRISMATIC": 0, "JOINT_REVOLUTE": 1, "JOINT_BALL": 2, "JOINT_FIXED": 3, "JOINT_FREE": 4, "JOINT_D6": 5,
        "KINEMATIC": 2,
    })  # fmt: skip
    p.output("body_q", FRAME, (joints,), ("body_q",), (-1, 1), element="wp.transform")
    p.output("body_qd", SPATIAL, (joints,), ("body_qd",), (-1, 1), element="wp.spatial_vector")
    p.output("body_I_c", _SQUARE, (joints,), ("body_I_c", "body_Ic_s"), (-0.2, 0.2), element="wp.spatial_matrix")
    p.output("H", FLOAT, (trees * length * length,), ("H", "mass_matrix"), (-1, 1))


_TREE_SIZES = ((8, 4), (12, 3), (8, 5), (16, 3))
_TREE_REMARKS = ("One thread per articulation.", "Joints of an articulation are contiguous, parents first.")


def _begin_articulations(stream: Stream) -> Program:
    """Return a new kernel, not yet finished, that traverses trees of joints, with one thread for each tree."""
    trees, length = stream.child("trees").choice(_TREE_SIZES)
    p = Program(stream, ("tid",), launch=(trees,))
    _declare_articulations(p, trees, length)
    p.guard_count("articulation")
    return p


def _draw_forward(stream: Stream, target: str) -> KernelSpec:
    """Draw a traversal of a tree of joints from its root to its leaves, with one thread for each tree."""
    p = _begin_articulations(stream)
    text = _FORWARD
    if p.choices.child("quaternions").chance(0.75):
        text = text.replace("wp.quat(joint_q[", "unit_quat(joint_q[")
    p.write(with_bodies_called(p.choices, with_marked(text, "VEL ", kept=p.choices.chance(0.65))))
    titles = ("eval_articulation_fk", "eval_fk", "forward_kinematics", "update_body_poses")
    summary = "Computes body poses from joint coordinates"
    return p.done("joints", "tree_passes", target, summary, titles, _TREE_REMARKS)


def _draw_composite(stream: Stream, target: str) -> KernelSpec:
    """Draw a traversal of a tree of joints from its leaves to its root, with one thread for each tree."""
    p = _begin_articulations(stream)
    p.write(_COMPOSITE)
    titles = ("eval_composite_inertia", "composite_rigid_body", "eval_mass_matrix_crba", "crb_accumulate")
    summary = "Computes composite inertia of bodies and their subtrees"
    return p.done("multibody", "composite_bodies", target, summary, titles, _TREE_REMARKS)


_RESET = _BODIES["reset"]


_RESET_PARTS = (
    {
        "COUNTED": """
    {* nefc[u] = 0
    ncon[u] = 0 ~ solver_niter[u] = 0 ~ energy[u] = wp.vec2(0.0, 0.0)}
        """,
        "LAST_ACTION": "",
        "KEPT": _BODIES["kept.kept"],
    },
    {
        "COUNTED": """
    {* episode_return[u] = 0.0
    episode_length[u] = 0 ~ goal_index[u] = 0 ~ reset_count[u] += 1}
        """,
        "LAST_ACTION": "    {?0.6 last_action[u, k] = 0.0}",
        "KEPT": _BODIES["kept.kept_2"],
    },
)
"""Lines that reset the additional data of a world: of a simulation, and of a learning environment."""


def _draw_reset(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that resets worlds, with one thread for each world."""
    p = Program(stream, ("u", "worldid", "world", "env_id"), launch=(stream.child("worlds").choice((8, 16, 24, 32)),))
    worlds = p.threads
    nq, nv, nu, na, nbody, neq, nsensor, ntree = p.choices.choice((
        (9, 8, 4, 2, 6, 3, 10, 1), (13, 12, 6, 3, 8, 4, 10, 2), (8, 7, 5, 4, 6, 2, 12, 1), (11, 10, 5, 2, 7, 3, 6, 4),
    ))  # fmt: skip
    p.sizes(nq=nq, nv=nv, nu=nu, na=na, nbody=nbody, neq=neq, nsensordata=nsensor, ntree=ntree)
    p.array("world_reset", FLAG if p.choices.chance(0.5) else INT, (0, 1), (worlds,), ("reset_in", "world_reset"))
    p.array("world_done", FLAG, (0, 1), (worlds,), ("terminated", "world_done"))
    p.array("world_truncated", FLAG, (0, 1), (worlds,), ("truncated", "timed_out"))
    p.scalar("key", INT, (0, 2), ("key", "keyframe"))
    p.constants({"ROOT_NQ": 7})
    p.scalar("noise_scale", FLOAT, (0.1, 1), ("noise_scale", "reset_noise"))
    p.array("qpos0", FLOAT, (-1, 1), (nq,), ("qpos0", "default_qpos"))
    p.array("qpos_key", FLOAT, (-1, 1), (3, nq), ("key_qpos",))
    p.array("qvel_key", FLOAT, (-1, 1), (3, nv), ("key_qvel",))
    p.array("qpos_noise", FLOAT, (-1, 1), (worlds, nq), ("qpos_noise",))
    p.array("qvel_noise", FLOAT, (-1, 1), (worlds, nv), ("qvel_noise",))
    p.array("ctrl0", FLOAT, (-1, 1), (nu,), ("default_ctrl", "ctrl0"))
    p.places("body_mocapid", nbody, 1, ("body_mocapid",))
    p.array("body_pos", VEC, (-1, 1), (nbody,), ("body_pos",))
    p.array("body_quat", FOUR, (-1, 1), (nbody,), ("body_quat",), element="wp.quat")
    p.array("eq_active0", FLAG, (0, 1), (neq,), ("eq_active0",))
    p.array("tree_asleep0", INT, (-1, 3), (ntree,), ("tree_asleep_init",))
    for key, kind, span in (
        ("time", FLOAT, (0, 2)), ("episode_return", FLOAT, (-1, 1)),
        ("solver_niter", INT, (0, 9)), ("nefc", INT, (0, 9)), ("ncon", INT, (0, 9)), ("episode_length", INT, (0, 9)),
        ("reset_count", INT, (0, 9)), ("goal_index", INT, (0, 5)),
        ("world_reset_done", FLAG, (0, 1)),
    ):  # fmt: skip
        p.output(key, kind, (worlds,), (f"{key}_out", key), span)
    p.output("energy", _TWO, (worlds,), ("energy_out", "energy"), (0, 2), element="wp.vec2")
    for key, size in (
        ("qpos", nq), ("qvel", nv), ("qacc_warmstart", nv), ("qfrc_applied", nv), ("ctrl", nu),
        ("last_action", nu), ("act", na), ("act_dot", na), ("sensordata", nsensor),
    ):  # fmt: skip
        p.output(key, FLOAT, (worlds, size), (f"{key}_out", key), (-1, 1))
    p.output("action_buffer", FLOAT, (worlds, 3, nu), ("action_buffer", "action_history"), (-1, 1))
    p.output("eq_active", FLAG, (worlds, neq), ("eq_active_out", "eq_active"), (0, 1))
    p.output("tree_asleep", INT, (worlds, ntree), ("tree_asleep_out", "tree_asleep"), (0, 3))
    p.output("xfrc_applied", SPATIAL, (worlds, nbody), ("xfrc_applied_out",), (-1, 1), element="wp.spatial_vector")
    p.output("mocap_pos", VEC, (worlds, nbody), ("mocap_pos_out", "mocap_pos"), (-1, 1))
    p.output("mocap_quat", FOUR, (worlds, nbody), ("mocap_quat_out", "mocap_quat"), (-1, 1), element="wp.quat")
    parts = p.choices.child("parts").choice(_RESET_PARTS)
    p.write(_filled(_RESET, **{name.lower(): part.rstrip() for name, part in parts.items()}))
    titles = ("reset_worlds", "reset_data", "reset_world_state", "begin_episodes", "reset_nworld")
    return p.done("state", "resets", target, "Resets worlds to their initial state", titles, ("One thread per world.",))


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


def _draw_solve(stream: Stream, target: str) -> KernelSpec:
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
    p.array("body_inv_inertia", _MAT, (-0.2, 0.4), (bodies,), ("body_inv_inertia", "body_inv_I"), element="wp.mat33")
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
    lines = _filled(_SOLVE.rstrip(), weighed=_EFFECTIVE_MASS[called], slid=_FRICTION_MASS[called])
    p.write("\n".join((lines, *sides)))
    titles = ("solve_body_contacts", "solve_contact_positions", "project_contacts", "apply_contact_corrections")
    summary = "Computes position corrections that separate contacting bodies"
    return p.done("contact", "contact_solvers", target, summary, titles, ("One thread per contact.",))


RECIPES = (
    Recipe(
        name="contact_solvers",
        category="contact",
        targets=("solve_positions",),
        draw=_draw_solve,
        target_weights={"solve_positions": 2.0},
    ),
    Recipe(
        name="shape_pairs",
        category="shapes",
        targets=("collide_shapes",),
        draw=_draw_collide,
        target_weights={"collide_shapes": 1.0},
    ),
    Recipe(
        name="row_builders",
        category="constraints",
        targets=tuple(_BUILDERS),
        draw=_draw_builder,
        target_weights={"limit_row": 3.0, "pyramid_rows": 2.3, "tetrahedra": 2.2},
    ),
    Recipe(
        name="tree_passes",
        category="joints",
        targets=("forward_kinematics",),
        draw=_draw_forward,
        target_weights={"forward_kinematics": 2.2},
    ),
    Recipe(
        name="composite_bodies",
        category="multibody",
        targets=("composite_inertia",),
        draw=_draw_composite,
        target_weights={"composite_inertia": 1.5},
    ),
    Recipe(
        name="resets",
        category="state",
        targets=("reset_data",),
        draw=_draw_reset,
        target_weights={"reset_data": 2.4},
    ),
)
