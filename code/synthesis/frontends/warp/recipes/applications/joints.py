"""Joints of articulated bodies: their frames, coordinates, axes and forces by type."""

import re
from textwrap import dedent, indent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.variants import choose
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.helpers import with_bodies_called
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, Program

_BODIES = read_bodies("warp", "joints", margin=8)
_ARGUMENTS = read_arguments("warp", "joints")

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
    kinds = ("JOINT_PRISMATIC", "JOINT_REVOLUTE", "JOINT_BALL", "JOINT_FIXED", "JOINT_FREE", "JOINT_D6")
    sizes = {"count": count, "coords": coords, "dofs": dofs, "coordinates": _COORDINATES, "most_dofs": _DOFS}
    for part in ("joints", "joint_outputs"):
        declare(p, _ARGUMENTS[part], sizes)
    p.constants({name: number for number, name in enumerate(kinds)})
    p.constants({"LOCKED": 1})
    p.function(_BODIES["functions.motion_cross"])
    p.function(_BODIES["functions.drive_force"])
    p.function(_BODIES["functions.limited_drive_force"])
    p.constants({"LIMIT_KE": p.choices.choice((20.0, 50.0, 100.0))})
    p.function(_BODIES["functions.limit_excess"])
    p.function(_BODIES["functions.limit_force"])
    p.function(_BODIES["functions.integrate_rotation"])
    called = {
        "joint_f_out": ("joint_limit_f", "limit_force") if target == "joint_limits" else ("joint_tau", "joint_f_out")
    }
    for part in ("limits", "coordinate_counts"):
        declare(p, _ARGUMENTS[part], sizes, called)
    p.constants({"DRIVE_NONE": 0, "DRIVE_POSITION": 1, "DRIVE_VELOCITY": 2})


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


def _declare_coordinates(p: Program, target: str) -> None:
    """Declare joint coordinates with the names and bounds that some kernels need."""
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
    _declare_coordinates(p, target)
    if target != "joint_copy":
        p.guard_count("articulation" if target == "joint_velocities" else "joint")
    along, angle = p.choices.choice(_DRIVES)
    moved = p.choices.choice(tuple(_MOVES))
    text = _JOINT[target].replace("        MOVE\n", _MOVES[moved][1:])
    text = _with_scalars(p, text) if target == "joint_integrate" else text
    # tests that skip a joint come before reads of its data
    p.function(_BODIES["functions.wrench_about"])
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
