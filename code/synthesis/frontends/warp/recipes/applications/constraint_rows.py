"""Rows of constraints in one kernel, for joint limits and contacts with friction, and corrections of tetrahedra."""

import re
from collections.abc import Callable

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import with_parts
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.warp.recipes.applications.program import (
    FLAG,
    FLOAT,
    INT,
    MAT,
    PAIR,
    SPATIAL,
    TWO,
    VEC,
    Program,
)

_BODIES = read_bodies("warp", "constraint_rows", margin=4)


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
    p.array("jnt_range", TWO, (-0.9, 0.9), (joints,), ("jnt_range",), element="wp.vec2")
    p.array("jnt_margin", FLOAT, (0, 0.2), (joints,), ("jnt_margin",))
    p.array("dof_invweight", FLOAT, (0.2, 2), (dofs,), ("dof_invweight0", "dof_invweight"))
    p.array("solref", TWO, (0.2, 1), (joints,), ("jnt_solref",), element="wp.vec2")
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
    p.write(with_parts(_LIMIT_ROW, row=taken, impedance=impedance, finish=_FINISH))
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
    p.array("contact_frame", MAT, (-1, 1), (contacts,), ("contact_frame_in",), element="wp.mat33")
    p.array("contact_pos", VEC, (-1, 1), (contacts,), ("contact_pos_in",))
    p.array("contact_friction", FLOAT, (0.3, 1), (contacts, 5), ("contact_friction_in",))
    p.array("solref", TWO, (0.2, 1), (contacts,), ("contact_solref_in",), element="wp.vec2")
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
    p.write(with_parts(text, rows=_TAKEN_BLOCKS[placed], impedance=impedance))
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
    p.array("tet_poses", MAT, (-1, 1), (tets,), ("tet_poses", "tet_inv_rest"), element="wp.mat33")
    p.scalar("dt", FLOAT, (0.1, 0.5), ("dt",))
    p.output("delta", VEC, (particles,), ("delta", "corrections", "particle_deltas"), (-1, 1))
    p.output("tet_volume_ratio", FLOAT, (tets,), ("tet_volume_ratio",))
    p.guard_count("tet")
    for text in _TETRAHEDRON_FUNCTIONS:
        p.function(text)
    text = _TETRAHEDRON
    for word, way in _TETRAHEDRON_WAYS[p.choices.chance(0.65)].items():
        text = text.replace(f"    {word}\n", way[1:]).replace(word, way)
    p.write(with_parts(text, written=_CORRECTED))
    titles = ("solve_tetrahedra", "project_tetrahedra", "solve_tet_constraints", "xpbd_tets")
    summary = "Computes shape and volume corrections for tetrahedra"
    return p.done("constraints", "row_builders", "tetrahedra", summary, titles, ("One thread per tetrahedron.",))


BUILDERS: dict[str, Callable[[Stream], KernelSpec]] = {
    "limit_row": _draw_limit_row,
    "pyramid_rows": _draw_pyramid,
    "tetrahedra": _draw_tetrahedron,
}
"""The functions that draw the stages of a solver, by target."""


def draw_builder(stream: Stream, target: str) -> KernelSpec:
    """Draw a stage of a solver."""
    return BUILDERS[target](stream)
