"""Joints of articulated bodies: their frames, coordinates, axes and forces by type."""

import re
from textwrap import dedent, indent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.variants import choose
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.helpers import with_bodies_called
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FRAME, INT, SPATIAL, VEC, Program

_BODIES = read_bodies("warp", "joints", margin=8)

_COORDINATES, _DOFS = 7, 6
"""Maximum numbers of coordinates and velocities of a joint, which are those of a free joint."""

_JOINT = {
    "anchor_frames": _BODIES["anchor_frames"],
    "joint_coordinates": _BODIES["joint_coordinates"],
    "motion_axes": _BODIES["motion_axes"],
    "joint_forces": _BODIES["joint_forces"],
    "joint_counts": _BODIES["joint_counts"],
    "joint_velocities": _BODIES["joint_velocities"],
    "joint_limits": _BODIES["joint_limits"],
    "joint_integrate": _BODIES["joint_integrate"],
    "joint_drives": _BODIES["joint_drives"],
    "joint_copy": _BODIES["joint_copy"],
}
_MOVES = {
    "reset": _BODIES["reset"],
    "zero": _BODIES["zero"],
    "copy": _BODIES["copy"],
}
"""Lines that reset, clear or copy the coordinates and velocities of a joint."""
_MOVE_TITLES = {
    "reset": ("reset_joint_state", "reset_joints"),
    "zero": ("zero_joint_state", "init_joint_coordinates"),
    "copy": ("copy_joint_state", "restore_joints", "copy_joint_coords"),
}


_HELD = """{f}(joint_f[qd_start], target_q[qd_start], target_ke[qd_start], target_kd[qd_start], {q}, rate)"""
_LIMITED = """{f}(joint_f[qd_start], target_q[qd_start], target_ke[qd_start], target_kd[qd_start], \\
                    limit_lower[qd_start], limit_upper[qd_start], {q}, rate)"""
_DRIVES = (
    *((text.format(f=name, q="along"), text.format(f=name, q="angle")) for text, name in (
        (_HELD, "drive_force"), (_LIMITED, "limited_drive_force"),
    )),
    ("(joint_f[qd_start] - target_kd[qd_start] * rate)",) * 2,
)  # fmt: skip
"""Expressions of the force of a joint's drive: given the position along its axis, and given the angle about it."""


def _declare_joints(p: Program, count: int, target: str) -> None:
    """Declare the arguments of a kernel of joints."""
    coords, dofs = count * _COORDINATES, count * _DOFS
    p.array("joint_type", INT, (0, 5), (count,), ("joint_type",))
    p.array("joint_parent", INT, (-1, count - 1), (count,), ("joint_parent",))
    p.array("joint_child", INT, (0, count - 1), (count,), ("joint_child",))
    p.array("joint_world", INT, (0, 7), (count,), ("joint_world",))
    p.array("joint_enabled", FLAG, (0, 1), (count,), ("joint_enabled",))
    p.array("world_mask", FLAG, (0, 1), (8,), ("world_mask",))
    p.array("dof_dim", INT, (0, 3), (count, 2), ("joint_dof_dim",))
    p.array("num_dofs", INT, (0, _DOFS), (count,), ("joint_qd_count",))
    p.array("num_coords", INT, (0, _COORDINATES), (count,), ("joint_q_count",))
    p.starts("joint_q_start", count, _COORDINATES, 0, ("joint_q_start",))
    p.starts("joint_qd_start", count, _DOFS, 0, ("joint_qd_start",))
    for key, names in (("joint_X_p", ("joint_X_p",)), ("joint_X_c", ("joint_X_c",)),
                       ("body_q", ("body_q",))):  # fmt: skip
        p.array(key, FRAME, (-1, 1), (count,), names, element="wp.transform")
    for key, shape, names in (
        ("body_qd", count, ("body_qd",)),
    ):  # fmt: skip
        p.array(key, SPATIAL, (-1, 1), (shape,), names, element="wp.spatial_vector")
    p.array("body_com", VEC, (-0.5, 0.5), (count,), ("body_com",))
    p.array("joint_axis", VEC, (-1, 1), (dofs,), ("joint_axis",))
    for key, size, names in (
        ("joint_q_in", coords, ("joint_q_in",)), ("default_q", coords, ("default_q", "joint_q_init", "q_rest")),
        ("default_qd", dofs, ("default_qd", "joint_qd_init")),
        ("joint_qd", dofs, ("joint_qd",)), ("joint_f", dofs, ("joint_f", "joint_act")),
        ("target_q", dofs, ("joint_target_q", "joint_target_pos", "targets")),
    ):  # fmt: skip
        p.array(key, FLOAT, (-1, 1), (size,), names)
    p.array("target_ke", FLOAT, (1, 10), (dofs,), ("joint_target_ke",))
    p.array("target_kd", FLOAT, (0.1, 1), (dofs,), ("joint_target_kd",))
    p.scalar("origin", VEC, (-1, 1), ("origin", "ref_point"))
    p.number("attach_ke", (1, 10), ("joint_attach_ke", "attach_ke", "stiffness"), ("10.0", "2.0"))
    p.number("attach_kd", (0.1, 1), ("joint_attach_kd", "attach_kd", "damping"), ("0.5", "1.0"))
    kinds = ("JOINT_PRISMATIC", "JOINT_REVOLUTE", "JOINT_BALL", "JOINT_FIXED", "JOINT_FREE", "JOINT_D6")
    p.constants({name: number for number, name in enumerate(kinds)})
    p.constants({"LOCKED": 1})
    p.output("frame_out", FRAME, (count,), ("joint_frame",), element="wp.transform")
    p.output("error_out", VEC, (count,), ("joint_pos_error", "anchor_error"))
    p.output("rotation_out", VEC, (count,), ("joint_rot_error", "rot_error"))
    p.output("joint_q", FLOAT, (coords,), ("joint_q",), (-1, 1))
    p.output("joint_qd_out", FLOAT, (dofs,), ("joint_qd_out",), (-1, 1))
    p.output("joint_S", SPATIAL, (dofs,), ("joint_S_s",), (-1, 1), element="wp.spatial_vector")
    p.output("body_f", SPATIAL, (count,), ("body_f",), (-1, 1), element="wp.spatial_vector")
    # A thread reads the parent's values, which it has written before, to compute the child's.
    p.output("body_v", SPATIAL, (count,), ("body_v_s",), (-1, 1), element="wp.spatial_vector")
    p.output("body_a", SPATIAL, (count,), ("body_a_s",), (-1, 1), element="wp.spatial_vector")
    p.function(
        """
        def motion_cross(u: wp.spatial_vector, v: wp.spatial_vector) -> wp.spatial_vector:
            w = wp.spatial_bottom(u)
            lin = wp.cross(w, wp.spatial_top(v)) + wp.cross(wp.spatial_top(u), wp.spatial_bottom(v))
            return wp.spatial_vector(lin, wp.cross(w, wp.spatial_bottom(v)))
        """
    )
    p.function(
        """
        def drive_force(act: float, target: float, ke: float, kd: float, q: float, qd: float) -> float:
            return act + ke * (target - q) - kd * qd
        """
    )
    p.function(
        """
        def limited_drive_force(
            act: float, target: float, ke: float, kd: float, lower: float, upper: float, q: float, qd: float
        ) -> float:
            f = act + ke * (target - q) - kd * qd
            if q < lower:
                f += limit_ke * (lower - q)
            elif q > upper:
                f += limit_ke * (upper - q)
            return f
        """.replace("limit_ke", "LIMIT_KE")
    )
    p.constants({"LIMIT_KE": p.choices.choice((20.0, 50.0, 100.0))})
    p.function(
        """
        def limit_excess(q: float, lower: float, upper: float) -> float:
            {if q < lower:
                return q - lower
            if q > upper:
                return q - upper
            return 0.0 ~
            return wp.max(q - upper, 0.0) + wp.min(q - lower, 0.0)}
        """
    )
    p.function(
        """
        def limit_force(q: float, qd: float, lower: float, upper: float, ke: float, kd: float) -> float:
            {if q < lower:
                return ke * (lower - q) - kd * wp.min(qd, 0.0)
            if q > upper:
                return ke * (upper - q) - kd * wp.max(qd, 0.0)
            return 0.0 ~
            f = float(0.0)
            if q < lower:
                f = ke * (lower - q)
                if qd < 0.0:
                    f -= kd * qd
            elif q > upper:
                f = ke * (upper - q)
                if qd > 0.0:
                    f -= kd * qd
            return f ~
            if q >= lower and q <= upper:
                return 0.0
            bound = lower if q < lower else upper
            return ke * (bound - q) - kd * qd}
        """
    )
    p.function(
        """
        def integrate_rotation(q: wp.quat, w: wp.vec3, dt: float) -> wp.quat:
            {return wp.normalize(q + wp.quat(w[0], w[1], w[2], 0.0) * q * (0.5 * dt)) ~
            dq = wp.quat(w[0], w[1], w[2], 0.0) * q
            return wp.normalize(q + dq * (0.5 * dt)) ~
            angle = wp.length(w) * dt
            if angle < 1.0e-6:
                return wp.normalize(q)
            return wp.normalize(wp.quat_from_axis_angle(wp.normalize(w), angle) * q)}
        """
    )
    p.array("limit_ke", FLOAT, (5, 20), (dofs,), ("joint_limit_ke",))
    p.array("limit_kd", FLOAT, (0.1, 1), (dofs,), ("joint_limit_kd",))
    p.array("effort_limit", FLOAT, (-0.5, 2), (dofs,), ("joint_effort_limit", "max_torque"))
    p.array("velocity_limit", FLOAT, (-0.3, 1), (dofs,), ("joint_velocity_limit", "max_velocity"))
    p.array("target_qd", FLOAT, (-1, 1), (dofs,), ("joint_target_qd", "joint_target_vel"))
    p.array("joint_qdd", FLOAT, (-1, 1), (dofs,), ("joint_qdd", "joint_acc"))
    p.array("drive_mode", INT, (0, 2), (dofs,), ("drive_mode", "joint_dof_mode"))
    p.array("unlimited", FLAG, (0, 1), (count,), ("joint_continuous", "is_continuous"))
    p.number("damping", (0.1, 1), ("joint_damping", "damping"), ("0.1", "0.5"))
    p.number("cone_cos", (0.3, 0.8), ("cone_cos", "swing_limit_cos"), ("0.5",))
    p.number("slop", (0.01, 0.1), ("limit_slop", "limit_margin"), ("0.01", "0.05"))
    p.scalar("soft_limits", FLAG, (0, 1), ("soft_limits", "allow_overshoot"))
    p.scalar("dt", FLOAT, (0.05, 0.2), ("dt",))
    p.constants({"DRIVE_NONE": 0, "DRIVE_POSITION": 1, "DRIVE_VELOCITY": 2})
    p.output("joint_f_out", FLOAT, (dofs,), ("joint_limit_f", "limit_force") if target == "joint_limits"
             else ("joint_tau", "joint_f_out"), (-1, 1))  # fmt: skip
    p.output("limit_active", INT, (dofs,), ("limit_active", "limit_state"), (-1, 0))
    p.output("num_at_limit", INT, (1,), ("num_at_limit", "limit_count"), (0, 1))
    p.output("num_saturated", INT, (1,), ("num_saturated",), (0, 1))
    p.output("worst", FLOAT, (1,), ("max_violation", "worst_excess"), (0, 0.1))
    p.array("limit_lower", FLOAT, (-0.8, -0.2), (dofs,), ("joint_limit_lower",))
    p.array("limit_upper", FLOAT, (0.2, 0.8), (dofs,), ("joint_limit_upper",))
    p.output("coord_count", INT, (count,), ("coord_count",))
    p.output("dof_count", INT, (count,), ("dof_count",))
    p.array("articulation_of", INT, (-2, 7), (count,), ("joint_articulation",))
    p.output("articulation_dofs", INT, (8,), ("articulation_dof_count", "articulation_num_dofs"), (0, 1))
    p.output("articulation_coords", INT, (8,), ("articulation_coord_count",), (0, 1))
    p.output("total_dofs", INT, (1,), ("total_dof_count", "num_dofs"), (0, 1))
    p.output("total_coords", INT, (1,), ("total_coord_count", "num_coords"), (0, 1))


_STOPS = """{if q < limit_lower[QD]:
    q = limit_lower[QD]
    qd = wp.max(qd, 0.0)
elif q > limit_upper[QD]:
    q = limit_upper[QD]
    qd = wp.min(qd, 0.0) ~
if q < limit_lower[QD] or q > limit_upper[QD]:
    q = wp.clamp(q, limit_lower[QD], limit_upper[QD])
    qd = 0.0}"""
"""Lines that keep a coordinate within its limits."""
_SCALAR = """
    qd = joint_qd_out[QD] + joint_qdd[QD] * dt
    {{# no faster than the motor turns
    ~}
    if velocity_limit[QD] > 0.0:
        qd = clamp_symmetric(qd, velocity_limit[QD])
    ~ qd = qd * (1.0 - damping * dt) ~}
    q = joint_q[Q] + qd * dt
    {if kind == JOINT_REVOLUTE and unlimited[tid]:
        q = wrap_angle(q)
    {elif q < limit_lower[QD] or q > limit_upper[QD]:
        q = wp.clamp(q, limit_lower[QD], limit_upper[QD])
        qd = 0.0 ~} ~
    if not unlimited[tid]:
STOP_AT_LIMITS_INSIDE ~
    # stops at its limits
STOP_AT_LIMITS ~}
    joint_q[Q] = q
    joint_qd_out[QD] = qd
""".replace("STOP_AT_LIMITS_INSIDE", indent(_STOPS, 8 * " ")).replace("STOP_AT_LIMITS", indent(_STOPS, 4 * " "))
"""Lines of a time step of one coordinate ``Q`` and its velocity ``QD``."""


def _with_scalars(p: Program, text: str) -> str:
    """Return lines in which joints with one axis and each axis of joints with several are integrated alike."""
    law = choose(dedent(_SCALAR), p.choices.shuffled, p.maybe)
    one = law.replace("QD", "qd_start").replace("Q]", "q_start]")
    # only a joint with one axis can be unlimited
    each = re.sub(r"if kind == JOINT_REVOLUTE and unlimited\[tid\]:\n *q = wrap_angle\(q\)\n(el)?", "", law)
    each = re.sub(r"if not unlimited\[tid\]:\n((?:    .*\n)+)", lambda found: dedent(found[1]), each)
    each = "\n".join(line for line in each.split("\n") if not line.lstrip().startswith("#"))
    each = each.replace("QD", "qd_start + k").replace("Q]", "q_start + k]")
    text = text.replace("            SCALAR\n", indent(one, " " * 12) + "\n")
    return text.replace("                EACH", indent(each, " " * 16))


def _draw_joint(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of a tree of bodies, with one thread for each joint."""
    trees, length = stream.child("trees").choice(((12, 4), (16, 3), (8, 5), (16, 4)))
    if target == "joint_velocities":
        p = Program(stream, ("tid",), launch=(trees,))
        _declare_joints(p, trees * length, target)
        p.starts("articulation_start", trees + 1, length, 0, ("articulation_start",))
        p.parents("joint_parent", trees, length, ("joint_parent",))
        p.starts("joint_child", trees * length, 1, 0, ("joint_child",))
        p.lookups(start="start = articulation_start[tid]", end="end = articulation_start[tid + 1]")
    else:
        p = Program(stream, ("tid",))
        _declare_joints(p, p.threads, target)
        p.lookups(
            parent="parent = joint_parent[tid]", child="child = joint_child[tid]", kind="kind = joint_type[tid]",
            q_start="q_start = joint_q_start[tid]", qd_start="qd_start = joint_qd_start[tid]",
        )  # fmt: skip
    if target in ("joint_forces", "joint_coordinates"):
        # only the types of joints that the lines handle
        p.array("joint_type", INT, (0, 4), (p.threads,), ("joint_type",))
    if target in ("joint_limits", "joint_drives", "joint_integrate"):
        span = {"joint_limits": (-1.5, 1.5), "joint_drives": (-6, 6)}.get(target, (-4, 4))
        p.array("joint_q_in", FLOAT, span, (p.threads * _COORDINATES,), ("joint_q",))
        p.output("joint_qd_out", FLOAT, (p.threads * _DOFS,),
                 ("joint_qd",) if target == "joint_integrate" else ("joint_qd_out",), (-1, 1))  # fmt: skip
        p.output("joint_q", FLOAT, (p.threads * _COORDINATES,), ("joint_q",), (-4, 4))
    if target == "joint_copy":
        prefix, suffix = p.choices.choice((("src_", ""), ("", "_in")))
        p.array("joint_q_in", FLOAT, (-1, 1), (p.threads * _COORDINATES,), (f"{prefix or 'joint_'}q{suffix}",))
        p.array("joint_qd", FLOAT, (-1, 1), (p.threads * _DOFS,), (f"{prefix or 'joint_'}qd{suffix}",))
        p.output("joint_q", FLOAT, (p.threads * _COORDINATES,), ("joint_q",), (-1, 1))
        p.output("joint_qd_out", FLOAT, (p.threads * _DOFS,), ("joint_qd",), (-1, 1))
    if target != "joint_copy":
        p.guard_count("articulation" if target == "joint_velocities" else "joint")
    along, angle = p.choices.choice(_DRIVES)
    moved = p.choices.choice(tuple(_MOVES))
    text = _JOINT[target].replace("        MOVE\n", _MOVES[moved][1:])
    text = _with_scalars(p, text) if target == "joint_integrate" else text
    # tests that skip a joint come before reads of its data
    p.function(
        """
        def wrench_about(f: wp.vec3, t: wp.vec3, r: wp.vec3) -> wp.spatial_vector:
            {return wp.spatial_vector(f, t + wp.cross(r, f)) ~ moment = t + wp.cross(r, f)
            return wp.spatial_vector(f, moment)}
        """
    )
    text = with_bodies_called(p.choices, text)
    if p.choices.child("points").chance(0.7):
        sought = r"wp\.spatial_top\((body_qd\[\w+\])\) \+ wp\.cross\(w_[pc], (r_[pc])\)"
        text = re.sub(sought, r"point_velocity(\1, \2)", text)
    if p.choices.child("quaternions").chance(0.7):
        text = text.replace("wp.quat(joint_q[", "unit_quat(joint_q[")
    p.write(*text.replace("DRIVE_ALONG", along).replace("DRIVE_ANGLE", angle).split("        REST\n"))
    titles = {
        "anchor_frames": ("compute_joint_frames", "eval_joint_frames", "relative_joint_poses")
        if p.contains("frame_out[")
        else ("compute_joint_errors", "joint_anchor_error", "eval_joint_errors"),
        "joint_coordinates": ("eval_joint_coordinates", "reconstruct_joint_q", "eval_ik"),
        "motion_axes": ("compute_motion_subspace", "joint_motion_axes", "update_joint_axes"),
        "joint_forces": ("eval_body_joints", "eval_joint_forces", "apply_joint_forces"),
        "joint_counts": ("count_joint_dofs", "joint_dimensions", "count_joint_coords"),
        "joint_velocities": ("eval_link_velocities", "propagate_velocities", "eval_articulation_velocities"),
        "joint_limits": ("eval_joint_limits", "apply_joint_limits", "check_joint_limits"),
        "joint_integrate": ("integrate_joints", "integrate_joint_state", "step_joint_coordinates"),
        "joint_drives": ("eval_joint_drives", "compute_drive_forces", "apply_joint_drives"),
        "joint_copy": _MOVE_TITLES[moved],
    }[target]
    return p.done("joints", "joints", target, _JOINT_SUMMARIES[target], titles, (
        "One thread per articulation." if target == "joint_velocities" else "One thread per joint.",
        *(("A parent of -1 is the world.",) if "parent" in text else ()),
        "Coordinates of all joints are in one array.",
    ))  # fmt: skip


_JOINT_SUMMARIES = {
    "anchor_frames": "Computes the relative pose or error of the anchor frames of each joint",
    "joint_coordinates": "Computes joint coordinates from body poses",
    "motion_axes": "Computes the motion axes of joints",
    "joint_forces": "Computes the forces that hold the bodies of each joint together",
    "joint_counts": "Counts the coordinates and velocities of each joint",
    "joint_velocities": "Computes body velocities from joint velocities",
    "joint_limits": "Evaluates joint limits",
    "joint_integrate": "Integrates joint coordinates over one step",
    "joint_drives": "Computes joint drive forces",
    "joint_copy": "Copies joint coordinates and velocities",
}
_WEIGHTS = {"joint_copy": 0.5, "joint_counts": 0.5, "motion_axes": 0.8}
RECIPES = (Recipe(name="joints", category="joints", targets=tuple(_JOINT), draw=_draw_joint, target_weights=_WEIGHTS),)
