"""Constraints in many worlds: kernels that append rows for active constraints, and kernels that read sparse rows.

An item is found through several arrays of indices: an equality gives a joint, the joint its velocity, and a tendon the
row of its moments.
"""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import (
    Program,
)

_BODIES = read_bodies("warp", "assembly", margin=8)
_ARGUMENTS = read_arguments("warp", "assembly")

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
    sizes = {"n": n, "entries": entries, "row": _ROW, "address": _ADDRESS}
    for part in ("model", "weights"):
        declare(p, _ARGUMENTS[part], sizes)
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
    sizes = {"worlds": worlds, "n": n, "row": _ROW, "islands": _ISLANDS, "rows_each": rows_each, "address": _ADDRESS}
    for part in ("states", "contacts", "outputs", "sums"):
        declare(p, _ARGUMENTS[part], sizes)


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
