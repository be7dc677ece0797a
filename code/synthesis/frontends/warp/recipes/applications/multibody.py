"""The recipes of trees of bodies in many worlds at once, and kernels of bodies: poses, velocities, forces and sums."""

import re
from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.variants import choose
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.coordinates import COORDINATES, ROWS, draw_row
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FOUR, INT, MAT, SPATIAL, VEC, Program

_BODIES = read_bodies("warp", "multibody", margin=8)

_SQUARE = Type("float32", (6, 6))
_JOINTS, _DOFS = 2, 12
"""Maximum numbers of joints and velocities of a body."""

_BODY = {
    "body_pose": _BODIES["body_pose"],
    "velocity_pass": _BODIES["velocity_pass"],
    "force_pass": _BODIES["force_pass"],
    "spring_torque": _BODIES["spring_torque"],
    "force_to_parent": _BODIES["force_to_parent"],
    "camera_pose": _BODIES["camera_pose"],
    "subtree_sums": _BODIES["subtree_sums"],
    "forces_to_joints": _BODIES["forces_to_joints"],
    "moving_ancestor": _BODIES["moving_ancestor"],
    "gravity_torque": _BODIES["gravity_torque"],
}


def _draw_body(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of trees of bodies in many worlds, with one thread for each body of each world."""
    worlds, bodies = stream.child("sizes").choice(((4, 8), (6, 6), (8, 6), (6, 10), (8, 8)))
    level = target in ("body_pose", "velocity_pass", "force_to_parent")
    items = (
        ("b", "jntid", "jnt", "joint")
        if target == "spring_torque"
        else ("b", "camid", "cam")
        if target == "camera_pose"
        else ("nodeid", "node", "tid")
        if level
        else ("b", "bodyid", "body", "bid")
    )
    p = Program(stream, ("w", "worldid", "world", "env"), items, launch=(worlds, bodies))
    # parents have lower indices than the bodies of a level, so that no thread reads an element that another changes
    before = bodies if target == "force_to_parent" else 0
    p.places("level", bodies, 1, ("body_tree", "level_bodies"), after=before)
    bodies += before
    joints, dofs, each = bodies * _JOINTS, bodies * _DOFS, (worlds, bodies)
    p.array("parent_of", INT, (0, (before or bodies) - 1), (bodies,), ("body_parentid",))
    p.array("root_of", INT, (0, bodies - 1), (bodies,), ("body_rootid",))
    p.array("jnt_num", INT, (0, _JOINTS), (bodies,), ("body_jntnum",))
    p.starts("jnt_adr", bodies, _JOINTS, 0, ("body_jntadr",))
    p.starts("jnt_qposadr", joints, COORDINATES, 0, ("jnt_qposadr",))
    p.array("dof_num", INT, (0, 3), (bodies,), ("body_dofnum",))
    p.starts("dof_adr", bodies, _DOFS, 0, ("jnt_dofadr",) if target == "spring_torque" else ("body_dofadr",))
    p.array("jnt_type", INT, (0, 3), (joints,), ("jnt_type",))
    p.array("jnt_kind", INT, (2, 3), (bodies,), ("jnt_type",))
    p.array("ancestor", INT, (0, 1), (bodies, bodies), ("is_ancestor",))
    p.array("subtree_end", INT, (bodies // 2, bodies), (bodies,), ("subtree_end",))
    p.array("sleeping", INT, (0, 1), each, ("jnt_asleep",) if target == "spring_torque" else ("body_asleep",))
    p.array("world_active", FLAG, (0, 1), (worlds,), ("world_active", "world_mask"))
    p.array("mocap_of", INT, (-3, 1), (bodies,), ("body_mocapid",))
    p.array("mocap_pos", VEC, (-1, 1), (worlds, 2), ("mocap_pos",))
    p.array("mocap_quat", FOUR, (-1, 1), (worlds, 2), ("mocap_quat",), element="wp.quat")
    p.array("xpos_last", VEC, (-1, 1), each, ("xpos_prev",))
    p.array("xquat_last", FOUR, (-1, 1), each, ("xquat_prev",), element="wp.quat")
    for key, names in (
        ("ignores_gravity", ("body_nogravity", "gravity_disabled")),
        ("has_load", ("body_loaded", "has_xfrc")), ("is_welded", ("body_welded", "is_fixed")),
        ("counts", ("body_counted", "body_included")),
    ):  # fmt: skip
        p.array(key, FLAG, (0, 1), (bodies,), names)
    p.parents("nodes", 1, bodies, ("body_parentid", "parent_id"))
    p.array("stiffness", FLOAT, (-0.5, 4), (bodies,), ("jnt_stiffness",))
    p.array("damping", FLOAT, (0.1, 1), (bodies,), ("jnt_damping",))
    p.array("spring_ref", FLOAT, (-1, 1), (joints * COORDINATES,), ("qpos_spring",))
    p.number("dead_band", (0.2, 0.8), ("dead_band", "spring_slack"), ("0.5",))
    p.number("min_mass", (0.4, 1), ("min_mass", "mass_threshold"), ("0.5",))
    p.array("cam_mode", INT, (0, 4), (bodies,), ("cam_mode",))
    p.array("cam_body", INT, (0, bodies - 1), (bodies,), ("cam_bodyid",))
    p.array("cam_target", INT, (-2, bodies - 1), (bodies,), ("cam_targetbodyid",))
    p.array("cam_pos", VEC, (-1, 1), (bodies,), ("cam_pos",))
    p.array("cam_quat", FOUR, (-1, 1), (bodies,), ("cam_quat",), element="wp.quat")
    p.array("cinert", _SQUARE, (-1, 1), each, ("cinert",), element="wp.spatial_matrix")
    p.array("cacc", SPATIAL, (-1, 1), each, ("cacc",), element="wp.spatial_vector")
    p.constants({"CAM_FIXED": 0, "CAM_TRACK": 1, "CAM_TRACKCOM": 2, "CAM_TARGETBODY": 3, "CAM_TARGETCOM": 4})
    p.array("jnt_axis", VEC, (-1, 1), (joints,), ("jnt_axis",))
    p.array("jnt_pos", VEC, (-0.5, 0.5), (joints,), ("jnt_pos",))
    p.array("body_pos", VEC, (-1, 1), (bodies,), ("body_pos",))
    p.array("body_ipos", VEC, (-0.5, 0.5), (bodies,), ("body_ipos",))
    p.array("body_quat", FOUR, (-1, 1), (bodies,), ("body_quat",), element="wp.quat")
    p.array("xquat", FOUR, (-1, 1), each, ("xquat_in",), element="wp.quat")
    for key, names in (
        ("xpos", ("xpos_in",)), ("xipos", ("xipos",)), ("xanchor", ("xanchor",)),
        ("xaxis", ("xaxis",)), ("com", ("subtree_com",)),
        ("subtree_com", ("subtree_com",)), ("com_vel_in", ("com_vel",)),
        ("ang_vel_in", ("ang_vel",)),
    ):  # fmt: skip
        p.array(key, VEC, (-1, 1), each, names)
    for key, bounds, names in (
        ("mass", (0.2, 2), ("body_mass",)), ("subtree_mass", (0.5, 4), ("body_subtreemass",)),
        ("gravcomp", (-0.3, 1), ("body_gravcomp",)), ("half_height", (0.2, 0.8), ("body_half_height",)),
        ("ball_radius", (0.2, 0.8), ("body_radius",)),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (bodies,), names)
    p.array("qpos", FLOAT, (-2, 2), (worlds, joints * COORDINATES), ("qpos",))
    p.array("qvel", FLOAT, (-1, 1), (worlds, dofs), ("qvel",))
    for key, shape, names in (
        ("cvel", each, ("cvel_in",)), ("xfrc", each, ("xfrc_applied",)),
        ("cfrc_body", each, ("cfrc_body",)), ("cfrc_ext", each, ("cfrc_ext",)), ("cdof", (worlds, dofs), ("cdof",)),
    ):  # fmt: skip
        p.array(key, SPATIAL, (-1, 1), shape, names, element="wp.spatial_vector")
    p.array("gravity", VEC, (-10, 10), (worlds,), ("gravity", "opt_gravity"))
    p.scalar("wind", VEC, (-1, 1), ("wind",))
    p.number("max_torque", (1, 4), ("max_torque", "torque_limit"), ("2.0", "4.0"))
    p.number("drag", (0.1, 1), ("drag", "linear_drag"), ("0.1", "0.5"))
    p.number("spin_drag", (0.05, 0.5), ("angular_drag", "spin_drag"), ("0.05", "0.1"))
    p.number("water_level", (-0.5, 0.5), ("water_level", "fluid_level"), ("0.0", "0.2"))
    p.number("water_density", (0.5, 2), ("fluid_density", "water_density"), ("1.0",))
    p.array("volume", FLOAT, (0.1, 1), (bodies,), ("body_volume",))
    p.sizes(num_bodies=bodies)
    p.constants({"JNT_FREE": 0, "JNT_BALL": 1, "JNT_SLIDE": 2, "JNT_HINGE": 3})
    p.function(
        """
        def quat_rotate(q: wp.quat, v: wp.vec3) -> wp.vec3:
            u = wp.vec3(q[0], q[1], q[2])
            t = 2.0 * wp.cross(u, v)
            return v + q[3] * t + wp.cross(u, t)
        """
    )
    p.function(
        """
        def rotation_of(w: float, x: float, y: float, z: float) -> wp.quat:
            {return wp.normalize(wp.quat(x, y, z, w)) ~ q = wp.quat(x, y, z, w)
            return wp.normalize(q)}
        """
    )
    p.function(
        """
        def move_force(force: wp.vec3, moment: wp.vec3, arm: wp.vec3) -> wp.spatial_vector:
            return wp.spatial_vector(moment + wp.cross(arm, force), force)
        """
    )
    p.function(
        """
        def moment_about(axis: wp.vec3, arm: wp.vec3, force: wp.vec3) -> float:
            return wp.dot(axis, wp.cross(arm, force))
        """
    )
    p.function(
        """
        def joint_share(kind: int, axis: wp.vec3, force: wp.vec3, moment: wp.vec3, arm: wp.vec3) -> float:
            if kind == JNT_SLIDE:
                return wp.dot(axis, force)
            return wp.dot(axis, moment + wp.cross(arm, force))
        """
    )
    p.function(
        """
        def motion_cross(u: wp.spatial_vector, v: wp.spatial_vector) -> wp.spatial_vector:
            ang = wp.cross(wp.spatial_top(u), wp.spatial_top(v))
            lin = wp.cross(wp.spatial_top(u), wp.spatial_bottom(v)) + wp.cross(wp.spatial_bottom(u), wp.spatial_top(v))
            return wp.spatial_vector(ang, lin)
        """
    )
    p.function(
        """
        def rotation_vector(q: wp.quat) -> wp.vec3:
            v = wp.vec3(q[0], q[1], q[2])
            s = wp.length(v)
            if s < 1.0e-6:
                return wp.vec3(0.0, 0.0, 0.0)
            angle = 2.0 * wp.atan2(s, q[3])
            # the shorter way around
            if angle > wp.pi:
                angle -= 2.0 * wp.pi
            return {v * (angle / s) ~ (angle / s) * v}
        """
    )
    p.function(
        """
        def inertial_force(
            inertia: wp.spatial_matrix, acc: wp.spatial_vector, vel: wp.spatial_vector
        ) -> wp.spatial_vector:
            momentum = inertia * vel
            w = wp.spatial_top(vel)
            {push = wp.spatial_bottom(momentum)
            moment = wp.cross(w, wp.spatial_top(momentum)) + wp.cross(wp.spatial_bottom(vel), push)
            return inertia * acc + wp.spatial_vector(moment, wp.cross(w, push)) ~
            ang = wp.cross(w, wp.spatial_top(momentum)) + wp.cross(wp.spatial_bottom(vel), wp.spatial_bottom(momentum))
            lin = wp.cross(w, wp.spatial_bottom(momentum))
            return inertia * acc + wp.spatial_vector(ang, lin)}
        """
    )
    p.function(
        """
        def look_at(eye: wp.vec3, target: wp.vec3) -> wp.mat33:
            z = wp.normalize(eye - target)
            x = wp.normalize(wp.cross(wp.vec3(0.0, 0.0, 1.0), z))
            y = wp.cross(z, x)
            return wp.mat33(x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2])
        """
    )
    p.output("spring", FLOAT, (worlds, dofs), ("qfrc_spring",))
    p.output("force_sum", SPATIAL, each, ("cfrc_int",), (-1, 1), element="wp.spatial_vector")
    lumps = target == "moving_ancestor"
    p.output("mass_sum", FLOAT, each, ("lumped_mass",) if lumps else ("subtree_mass",), (0, 1))
    moments = ("lumped_moment",) if lumps else ("subtree_moment", "subtree_com_sum")
    p.output("moment_sum", VEC, each, moments, (-1, 1))
    p.output("mover", INT, each, ("movable_parent", "moving_ancestor"))
    p.output("pos_out", VEC, each, ("cam_xpos",) if target == "camera_pose" else ("xpos_out",))
    p.output("quat_out", FOUR, each, ("xquat_out",), element="wp.quat")
    p.output("mat_out", MAT, each, ("cam_xmat",) if target == "camera_pose" else ("xmat_out",))
    p.output("com_out", VEC, each, ("xipos_out",))
    p.output("anchor_out", VEC, (worlds, joints), ("xanchor_out",), (0, 1))
    p.output("axis_out", VEC, (worlds, joints), ("xaxis_out",), (0, 1))
    p.output("vel_out", SPATIAL, each, ("cvel_out",), element="wp.spatial_vector")
    p.output("cdof_dot", SPATIAL, (worlds, dofs), ("cdof_dot_out",), (0, 1), element="wp.spatial_vector")
    p.output("force_out", SPATIAL, each, ("cfrc_ext_out",), element="wp.spatial_vector")
    p.output("torque", FLOAT, each, ("qfrc_gravcomp",))
    p.output("torque_sum", FLOAT, each, ("qfrc_passive",), (-1, 1))
    # in a launch of one level, parents were processed before, and children follow in the next launch
    text = re.sub(r"\bb\b", "bodyid", _BODY[target]) if level else _BODY[target]
    text = choose(dedent(text), p.choices.shuffled, p.maybe)
    # a force that balances external forces is not called bias
    torques = ("qfrc_inverse", "joint_tau") if "cfrc_ext" in text else ("qfrc_bias", "joint_tau")
    p.output("torque_of", FLOAT, (worlds, dofs), torques)
    if p.choices.child("rotations").chance(0.65):
        sought = r"wp\.normalize\(wp\.quat\((q.*?\]), (q.*?\]), (q.*?\]), (q.*?\])\)\)"
        text = re.sub(sought, r"rotation_of(\4, \1, \2, \3)", text)
    p.write(*(("bodyid = level[nodeid]",) if level else ()), text)
    titles = {
        "body_pose": ("kinematics", "update_kinematics", "body_poses", "eval_fk"),
        "velocity_pass": ("com_vel", "com_vel_level", "forward_velocity", "body_velocities"),
        "force_pass": ("external_forces", "accumulate_cfrc_ext", "apply_external_forces", "cfrc_ext"),
        "gravity_torque": ("gravity_compensation", "gravcomp_torque", "gravity_torque"),
        "spring_torque": ("passive_springs", "joint_springs", "spring_passive"),
        "force_to_parent": ("rne_backward", "cfrc_backward", "backward_forces"),
        "camera_pose": ("camlight_poses", "update_cameras", "camera_frames"),
        "subtree_sums": ("accumulate_subtree_mass", "sum_subtree_moments", "subtree_mass_sums"),
        "forces_to_joints": ("apply_body_forces", "project_body_forces", "xfrc_to_qfrc"),
        "moving_ancestor": ("find_movable_parent", "merge_welded_bodies", "lump_welded_mass"),
    }[target]
    docstrings = {
        "body_pose": ("Processes one level of the tree after the levels above.",),
        "velocity_pass": (
            "Spatial vectors are angular first.",
            "Processes one level of the tree after the levels above.",
        ),
        "force_pass": ("Spatial vectors are angular first.", "Forces are taken about the centre of the tree."),
        "gravity_torque": ("Torque of each joint that holds its subtree against gravity.",),
        "spring_torque": ("One thread for each joint of each world.",),
        "force_to_parent": (
            "Spatial vectors are angular first.",
            "Processes one level of the tree after the levels below.",
        ),
        "camera_pose": ("One thread for each camera of each world.",),
        **dict.fromkeys(
            ("subtree_sums", "forces_to_joints", "moving_ancestor"), ("Walks from a body to the root of its tree.",)
        ),
    }[target]
    summary = {
        "body_pose": "Computes body poses of one tree level from those of their parents",
        "velocity_pass": "Computes body velocities of one tree level",
        "force_pass": "Computes external forces on each body about the centre of its tree",
        "gravity_torque": "Computes gravity compensation torques of a tree",
        "spring_torque": "Computes joint spring torques by joint type",
        "force_to_parent": "Computes joint forces of one tree level and passes body forces to parents",
        "camera_pose": "Computes camera poses by tracking mode",
        "subtree_sums": "Sums masses and moments over the subtrees of bodies",
        "forces_to_joints": "Maps the force on a body to the torques of its ancestor joints",
        "moving_ancestor": "Adds the masses of welded bodies to their moving ancestors",
    }[target]
    return p.done("multibody", "trees", target, summary, titles, docstrings)


_WEIGHTS = {
    "velocity_pass": 0.7,
    "subtree_sums": 0.4,
    "forces_to_joints": 0.5,
    "moving_ancestor": 0.4,
    "camera_pose": 0.8,
}
RECIPES = (
    Recipe(name="trees", category="multibody", targets=tuple(_BODY), draw=_draw_body, target_weights=_WEIGHTS),
    Recipe(
        name="coordinates",
        category="multibody",
        targets=tuple(ROWS),
        draw=draw_row,
        target_weights={"actuator_force": 1.5, "limit_row": 0.9, "sensor_value": 1.3},
    ),
)
