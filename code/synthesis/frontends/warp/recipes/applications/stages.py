"""The recipes of stages of a simulation step in one kernel, and kernels of trees of joints and of resets."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import with_marked, with_parts
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.constraint_rows import BUILDERS, draw_builder
from synthesis.frontends.warp.recipes.applications.helpers import with_bodies_called
from synthesis.frontends.warp.recipes.applications.program import (
    FLAG,
    FLOAT,
    FOUR,
    FRAME,
    INT,
    MAT,
    SPATIAL,
    TWO,
    VEC,
    Program,
)
from synthesis.frontends.warp.recipes.applications.shape_contacts import draw_collide, draw_solve

_BODIES = read_bodies("warp", "stages", margin=4)

_SQUARE = Type("float32", (6, 6))

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
    p.array("body_inertia", MAT, (-1, 1), (joints,), ("body_inertia",), element="wp.mat33")
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
    p.output("energy", TWO, (worlds,), ("energy_out", "energy"), (0, 2), element="wp.vec2")
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
    p.write(with_parts(_RESET, **{name.lower(): part.rstrip() for name, part in parts.items()}))
    titles = ("reset_worlds", "reset_data", "reset_world_state", "begin_episodes", "reset_nworld")
    return p.done("state", "resets", target, "Resets worlds to their initial state", titles, ("One thread per world.",))


RECIPES = (
    Recipe(
        name="contact_solvers",
        category="contact",
        targets=("solve_positions",),
        draw=draw_solve,
        target_weights={"solve_positions": 2.0},
    ),
    Recipe(
        name="shape_pairs",
        category="shapes",
        targets=("collide_shapes",),
        draw=draw_collide,
        target_weights={"collide_shapes": 1.0},
    ),
    Recipe(
        name="row_builders",
        category="constraints",
        targets=tuple(BUILDERS),
        draw=draw_builder,
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
