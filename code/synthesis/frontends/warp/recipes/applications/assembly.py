"""Constraints in many worlds: kernels that append rows for active constraints, and kernels that read sparse rows.

An item is found through several arrays of indices: an equality gives a joint, the joint its velocity, and a tendon the
row of its moments.
"""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import (
    FLAG,
    FLOAT,
    FOUR,
    INT,
    MAT,
    PAIR,
    SPATIAL,
    TWO,
    VEC,
    Program,
)

_BODIES = read_bodies("warp", "assembly", margin=8)

_ROW = 6
"""Maximum number of entries in a row of a sparse matrix."""
_ADDRESS = 4
"""Maximum number of values of a sensor or data entry."""
_ISLANDS = 4
"""Maximum number of islands of trees in a world."""

_JACDIF = """\
            # how this joint moves either anchor
            cdof_dof = cdof[worldid, dof]
            jacdif = wp.vec3(0.0, 0.0, 0.0)
            if isdofancestor[body1, dof] == 1:
                jacdif += wp.spatial_bottom(cdof_dof) + wp.cross(wp.spatial_top(cdof_dof), offset1)
            if isdofancestor[body2, dof] == 1:
                jacdif -= wp.spatial_bottom(cdof_dof) + wp.cross(wp.spatial_top(cdof_dof), offset2)
"""
_ROWS = {
    "equality_joint": _BODIES["equality_joint"],
    "equality_connect": _BODIES["equality_connect"].replace("            JACDIF\n", _JACDIF),
    "tendon_length": _BODIES["tendon_length"],
    "row_states": _BODIES["row_states"],
    "sensor_values": _BODIES["sensor_values"],
    "transmission": _BODIES["transmission"],
    "contact_jacobian": _BODIES["contact_jacobian"],
    "tree_states": """
        tree = {dof_treeid[u] ~ body_treeid[dof_bodyid[u]]}
        {# degrees of freedom of an unconstrained tree are in no island
        island = tree_island[worldid, tree]
        dof_island[worldid, u] = island
        if island >= 0:
            {wp.atomic_add(island_nv, worldid, island, 1) ~ # a place of its own among those of the island
            dof_rank[worldid, u] = wp.atomic_add(island_nv, worldid, island, 1)
        else:
            dof_rank[worldid, u] = -1} ~
        {awake = tree_awake[worldid, tree]
        # a push wakes a tree up
        if awake == 0 and wp.abs(qfrc_in[worldid, u]) > wake_force:
            awake = 1
        if awake == 0: ~ if tree_awake[worldid, tree] == 0:}
            qvel_out[worldid, u] = 0.0
            {?0.5 sleep_count[worldid, u] = sleep_count[worldid, u] + 1}
        else:
            qvel_out[worldid, u] = qvel[worldid, u]
            {?0.5 sleep_count[worldid, u] = 0} ~
        # the fastest velocity decides whether a tree may sleep
        if tree_awake[worldid, tree] == 1:
            wp.atomic_max(tree_speed, worldid, tree, wp.abs(qvel[worldid, u]) * dof_length[u])
            {?0.5 wp.atomic_add(nv_awake, worldid, 1)}}
    """,
    "mass_rows": _BODIES["mass_rows"],
}


_GUARD = _BODIES["guard"]
_SPARSE = {
    "constraint_force": _BODIES["constraint_force"],
    "constraint_velocity": _BODIES["constraint_velocity"],
    "constraint_residual": _BODIES["constraint_residual"],
    "constraint_diagonal": _BODIES["constraint_diagonal"],
}
"""The lines of kernels that process the rows of a sparse Jacobian, by the kernel's name."""


def _declare_model(p: Program, n: int) -> None:
    """Declare the arguments that are the same in all worlds."""
    entries = n * _ROW
    for key, low, names in (
        ("eq_obj1id", 0, ("eq_obj1id",)), ("eq_obj2id", -1, ("eq_obj2id",)), ("site_bodyid", 0, ("site_bodyid",)),
        ("jnt_qposadr", 0, ("jnt_qposadr",)), ("jnt_dofadr", 0, ("jnt_dofadr",)), ("geom_bodyid", 0, ("geom_bodyid",)),
        ("sensor_objid", 0, ("sensor_objid",)), ("sensor_refid", -1, ("sensor_refid",)),
        ("body_rootid", 0, ("body_rootid",)), ("dof_bodyid", 0, ("dof_bodyid",)),
        ("body_treeid", 0, ("body_treeid",)), ("dof_treeid", 0, ("dof_treeid",)),
        ("eq_body2id", 0, ("eq_obj2id",)),
    ):  # fmt: skip
        p.array(key, INT, (low, n - 1), (n,), names)
    p.parents("dof_parentid", 1, n, ("dof_parentid",))
    p.array("eq_type", INT, (0, 1), (n,), ("eq_type",))
    p.array("is_site", FLAG, (0, 1), (n,), ("eq_is_site", "is_site"))
    p.array("wrap_type", INT, (0, 2), (entries,), ("wrap_type",))
    p.array("wrap_objid", INT, (0, n - 1), (entries,), ("wrap_objid",))
    p.array("sensor_type", INT, (0, 7), (n,), ("sensor_type",))
    p.array("sensor_datatype", INT, (0, 2), (n,), ("sensor_datatype",))
    p.array("sensor_dim", INT, (1, 3), (n,), ("sensor_dim",))
    p.array("actuator_trntype", INT, (0, 2), (n,), ("actuator_trntype",))
    p.array("actuator_trnid", PAIR, (0, n - 1), (n,), ("actuator_trnid",))
    p.array("isdofancestor", INT, (0, 1), (n, n), ("body_isdofancestor", "isdofancestor"))
    for key, names in (("tendon_num", ("tendon_num",)), ("ten_J_rownnz", ("ten_J_rownnz",)),
                       ("M_rownnz", ("M_rownnz",))):  # fmt: skip
        p.array(key, INT, (0, _ROW - 1), (n,), names)
    for key, names in (
        ("tendon_adr", ("tendon_adr",)), ("ten_J_rowadr", ("ten_J_rowadr",)), ("M_rowadr", ("M_rowadr",)),
        ("moment_rowadr", ("moment_rowadr", "actuator_moment_rowadr")),
    ):  # fmt: skip
        p.starts(key, n, _ROW, 1, names)
    p.starts("sensor_adr", n, _ADDRESS, 0, ("sensor_adr",))
    for key, names in (("ten_J_colind", ("ten_J_colind",)), ("M_colind", ("M_colind",))):
        p.array(key, INT, (0, n - 1), (entries,), names)
    for key, bounds, names in (
        ("qpos0", (-1, 1), ("qpos0",)), ("tendon_length0", (0, 1), ("tendon_length0",)),
        ("tendon_stiffness", (1, 10), ("tendon_stiffness",)), ("tendon_damping", (0.1, 1), ("tendon_damping",)),
        ("dof_length", (0.2, 1), ("dof_length",)), ("dof_armature", (0.05, 0.3), ("dof_armature",)),
        ("actuator_gear", (0.5, 2), ("actuator_gear", "gear")),
        ("dof_M", (0.5, 2), ("dof_M0", "qM_diag")),
        ("sensor_cutoff", (-0.5, 1), ("sensor_cutoff",)),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (n,), names)
    p.array("wrap_divisor", FLOAT, (1, 3), (entries,), ("wrap_prm", "wrap_divisor"))
    p.array("wrap_prm", FLOAT, (-1, 1), (entries,), ("wrap_prm",))
    p.array("eq_data", FLOAT, (-1, 1), (n, 3), ("eq_data",))
    p.array("eq_solref", TWO, (0.5, 2), (n,), ("eq_solref",))
    p.array("eq_solimp", VEC, (0.5, 0.95), (n,), ("eq_solimp",))
    p.array("body_invweight", FLOAT, (0.2, 1), (n,), ("body_invweight0",))
    for key, names in (("eq_anchor", ("eq_anchor1",)), ("eq_anchor2", ("eq_anchor2",))):
        p.array(key, VEC, (-1, 1), (n,), names)
    p.scalar("njmax", INT, (1, 5), ("njmax", "max_rows"))
    p.scalar("naconmax", INT, (3, 6), ("nconmax", "max_contacts"))
    p.number("regularization", (0.1, 0.5), ("regularization", "compliance"), ("0.1", "0.01"))
    p.number("wake_force", (0.2, 0.6), ("wake_force", "wake_threshold"), ("0.5",))
    p.sizes(nv=n)
    for prefix, names in (
        ("EQ_", ("JOINT", "CONNECT", "WELD")), ("WRAP_", ("JOINT", "SITE", "PULLEY")),
        ("EFC_", ("EQUALITY", "FRICTION", "CONTACT")),
        ("TRN_", ("JOINT", "TENDON", "BODY")), ("STATE_", ("SATISFIED", "QUADRATIC", "LINEARNEG", "LINEARPOS")),
        ("SENSOR_", (
            "JOINTPOS", "JOINTVEL", "FRAMEPOS", "FRAMEQUAT", "GYRO", "VELOCIMETER", "TOUCH", "FRAMEXAXIS",
        )), ("DATATYPE_", ("REAL", "POSITIVE", "AXIS")),
    ):  # fmt: skip
        p.constants({prefix + name: number for number, name in enumerate(names)})


def _declare_data(p: Program, worlds: int, n: int, rows_each: int) -> None:
    """Declare the arguments that differ between worlds, and the outputs.

    ``rows_each`` is the number of constraint rows of an item.
    """
    each, rows, entries = (worlds, n), (worlds, n, _ROW), (worlds, n * _ROW)
    for key, names in (
        ("qpos", ("qpos_in", "qpos")), ("qvel", ("qvel_in", "qvel")), ("efc_force", ("efc_force_in", "efc_force")),
        ("x_vec", ("vec_in", "qacc_in")), ("rhs", ("rhs_in", "qfrc_smooth_in")), ("qacc", ("qacc_in", "qacc")),
        ("qfrc_in", ("qfrc_applied_in",)), ("efc_Ja", ("efc_Ja_in",)), ("efc_pos", ("efc_pos_in",)),
        ("contact_normal_force", ("contact_force_in",)), ("efc_aref", ("efc_aref_in",)),
        ("efc_Jaref", ("efc_Jaref_in", "ctx_Jaref_in")),
        ("ten_length_in", ("ten_length_in",)), ("contact_dist", ("contact_dist_in",)),
        ("contact_margin", ("contact_includemargin_in",)),
    ):  # fmt: skip
        p.array(key, FLOAT, (-1, 1), each, names)
    for key, names in (("ten_J_in", ("ten_J_in",)), ("M", ("M_in", "qM_in"))):
        p.array(key, FLOAT, (-1, 1), entries, names)
    p.array("efc_D", FLOAT, (0.5, 2), each, ("efc_D_in",))
    p.array("frictionloss", FLOAT, (0.2, 1), each, ("efc_frictionloss_in",))
    p.array("efc_kb", TWO, (0.5, 2), each, ("efc_KBIP_in", "efc_kb_in"))
    p.array("efc_J", FLOAT, (-1, 1), rows, ("efc_J_in",))
    p.array("efc_colind", INT, (0, n - 1), rows, ("efc_J_colind_in",))
    for key, names in (("xpos", ("xpos_in",)), ("site_xpos", ("site_xpos_in",)),
                       ("contact_pos", ("contact_pos_in",)), ("subtree_com", ("subtree_com_in",))):  # fmt: skip
        p.array(key, VEC, (-1, 1), each, names)
    for key, names in (("xmat", ("xmat_in",)), ("contact_frame", ("contact_frame_in",)),
                       ("site_xmat", ("site_xmat_in",))):  # fmt: skip
        p.array(key, MAT, (-1, 1), each, names)
    p.array("xquat", FOUR, (-1, 1), each, ("xquat_in",), element="wp.quat")
    for key, names in (("body_cvel", ("cvel_in",)), ("cdof", ("cdof_in",))):
        p.array(key, SPATIAL, (-1, 1), each, names, element="wp.spatial_vector")
    p.array("contact_geom", PAIR, (0, n - 1), each, ("contact_geom_in",))
    for key, bounds, names in (
        ("contact_dim", (1, 3), ("contact_dim_in",)), ("efc_rownnz", (0, _ROW - 1), ("efc_J_rownnz_in",)),
        ("efc_type", (0, 2), ("efc_type_in",)),
        ("previous_state", (0, 3), ("efc_state_in", "previous_state")),
        ("tree_island", (-1, _ISLANDS - 1), ("tree_island_in",)),
        ("tree_awake", (0, 1), ("tree_awake_in",)),
    ):  # fmt: skip
        p.array(key, INT, bounds, each, names)
    for key, names in (("eq_active", ("eq_active_in", "eq_active")), ("efc_active", ("efc_active_in",))):
        p.array(key, FLAG, (0, 1), each, names)
    p.array("skip", FLAG, (0, 1), (worlds,), ("skip", "ctx_done_in"))
    p.array("nefc_in", INT, (1, n), (worlds,), ("nefc_in",))
    p.array("ncon", INT, (1, n), (worlds,), ("ncon_in", "nacon_in"))
    p.output("nefc", INT, (worlds,), ("nefc_out",), (0, 1))
    row = (worlds, n * rows_each + 1)
    for key, shape, names in (
        ("row_pos", row, ("efc_pos_out",)), ("row_vel", row, ("efc_vel_out",)), ("aref", row, ("efc_aref_out",)),
        ("connect_D", row, ("efc_D_out",)),
        ("row_diag", each, ("efc_D_out",)), ("row_invdiag", each, ("efc_diagA_out",)),
        ("row_force", each, ("efc_force_out",)), ("row_Jaref", each, ("efc_Jaref_out",)),
        ("ten_length", each, ("ten_length_out",)), ("ten_velocity", each, ("ten_velocity_out",)),
        ("ten_force", each, ("ten_force_out",)), ("act_length", each, ("actuator_length_out",)),
        ("act_velocity", each, ("actuator_velocity_out",)), ("row_product", each, ("res_out", "mv_out")),

        ("qvel_out", each, ("qvel_out",)),
    ):  # fmt: skip
        p.output(key, FLOAT, shape, names)
    p.output("efc_kind", INT, row, ("efc_type_out",))
    p.output("efc_source", INT, row, ("efc_id_out",))
    p.scalar("njmax_in", INT, (rows_each, 3 * rows_each - 1), ("njmax",))
    p.output("eq_J", FLOAT, (*row, n), ("efc_J_out",), (0, 1))
    p.output("moment_out", FLOAT, entries, ("actuator_moment_out", "moment_out"))
    p.output("colind_out", INT, entries, ("moment_colind_out",))
    p.output("nnz_out", INT, each, ("moment_rownnz_out",))
    p.output("row_state", INT, each, ("efc_state_out",))
    p.output("qfrc", FLOAT, each, ("qfrc_constraint_out", "qfrc_out"), (-1, 1))
    p.output("res", FLOAT, each, ("res_out", "mv_out"), (-1, 1))
    p.output("con_J", FLOAT, (worlds, 3 * n, n), ("efc_J_out", "contact_J_out"))
    p.output("sensordata", FLOAT, (worlds, n * _ADDRESS), ("sensordata_out", "sensordata"), (-1, 1))
    for key, names in (("cost", ("cost_out", "ctx_cost_out")), ("vMv", ("quad_out", "vMv_out"))):
        p.output(key, FLOAT, (worlds,), names, (0, 1))
    for key, names in (
        ("num_changed", ("changed_out",)), ("num_quadratic", ("nactive_out",)),
        ("nv_awake", ("nv_awake_out",)), ("moment_nnz", ("moment_nnz_out",)),
    ):  # fmt: skip
        p.output(key, INT, (worlds,), names, (0, 1))
    p.output("dof_island", INT, each, ("dof_island_out",))
    p.output("dof_rank", INT, each, ("dof_islandrank_out",))
    p.output("island_nv", INT, (worlds, _ISLANDS), ("island_nv_out",), (0, 1))
    p.output("tree_speed", FLOAT, each, ("tree_maxvel_out",), (0, 0.2))
    p.output("sleep_count", INT, each, ("sleep_count_out",), (0, 4))


_TARGETS = (*_ROWS, "sparse_rows")
_THREADS = {
    "equality_joint": ("eqid", "eq"), "equality_connect": ("eqid", "eq_id"), "tendon_length": ("tenid", "tendonid"),
    "sparse_rows": ("efcid", "row"), "row_states": ("efcid", "row"), "sensor_values": ("sensorid", "sid"),
    "transmission": ("actid", "uid"), "contact_jacobian": ("conid", "cid"), "tree_states": ("dofid", "i"),
    "mass_rows": ("dofid", "row"),
}  # fmt: skip


_SUMMARIES = {
    "equality_joint": "Fills joint equality constraint rows of batched worlds",
    "equality_connect": "Fills connect equality constraint rows of batched worlds",
    "tendon_length": "Computes tendon lengths and velocities in batched worlds",
    "sparse_rows": "Processes sparse constraint rows of batched worlds",
    "row_states": "Updates constraint states and forces in batched worlds",
    "sensor_values": "Evaluates sensors in batched worlds",
    "transmission": "Computes actuator transmissions in batched worlds",
    "contact_jacobian": "Fills contact Jacobian rows of batched worlds",
    "tree_states": "Updates degrees of freedom of kinematic trees in batched worlds",
    "mass_rows": "Multiplies rows of sparse mass matrices by vectors in batched worlds",
}


def _draw_assembly(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of constraints, actuators or sensors in many worlds, with one thread for each in each world."""
    worlds, n = stream.child("sizes").choice(((4, 12), (4, 16), (6, 12), (3, 16), (3, 20)))
    p = Program(stream, ("worldid", "world"), ("u", *_THREADS[target]), launch=(worlds, n))
    _declare_model(p, n)
    _declare_data(p, worlds, n, 3 if target == "equality_connect" else 1)
    purpose = p.choices.choice(tuple(_SPARSE))
    p.write(*((_GUARD, _SPARSE[purpose]) if target == "sparse_rows" else (_ROWS[target],)))
    titles = {
        "equality_joint": ("equality_joint", "efc_equality_joint", "joint_coupling_rows"),
        "equality_connect": ("equality_connect", "efc_equality_connect", "anchor_rows"),
        "tendon_length": ("tendon_length", "tendon_lengths", "update_tendons"),
        "sparse_rows": (purpose, f"{purpose}_sparse", f"efc_{purpose}"),
        "row_states": ("update_constraint_efc", "efc_state", "constraint_forces"),
        "sensor_values": ("eval_sensors", "update_sensors", "read_sensors"),
        "transmission": ("transmission", "actuator_transmission", "actuator_moment"),
        "contact_jacobian": ("contact_jacobian", "efc_contact_jac", "fill_contact_rows"),
        "tree_states": ("update_dof_trees", "tree_dof_states", "update_dof_islands"),
        "mass_rows": ("mul_m_sparse", "mass_vector_product", "qm_rows"),
    }[target]
    return p.done("constraints", "assembly", target, _SUMMARIES[target], titles, (
        "Launched over (worlds, items).",
    ))  # fmt: skip


_WEIGHTS = {
    "tree_states": 0.3,
    "sensor_values": 0.7,
    "mass_rows": 0.5,
    "equality_joint": 0.8,
    "row_states": 0.5,
    "sparse_rows": 0.5,
    "transmission": 0.5,
    "contact_jacobian": 0.5,
}
RECIPES = (
    Recipe(name="assembly", category="constraints", targets=_TARGETS, draw=_draw_assembly, target_weights=_WEIGHTS),
)
