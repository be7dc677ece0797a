"""The recipes of trees of bodies in many worlds at once, and kernels of bodies: poses, velocities, forces and sums."""

import re
from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.variants import choose
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.coordinates import COORDINATES, ROWS, draw_row
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import FLOAT, Program

_BODIES = read_bodies("warp", "multibody", margin=8)
_ARGUMENTS = read_arguments("warp", "multibody")

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


_FUNCTIONS = (
    _BODIES["functions.quat_rotate"],
    _BODIES["functions.rotation_of"],
    _BODIES["functions.move_force"],
    _BODIES["functions.moment_about"],
    _BODIES["functions.joint_share"],
    _BODIES["functions.motion_cross"],
    _BODIES["functions.rotation_vector"],
    _BODIES["functions.inertial_force"],
    _BODIES["functions.look_at"],
)
"""Functions that kernels may call."""


_TITLES = {
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
}
"""Names of kernels, by target."""


_SUMMARIES = {
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
}
"""What kernels do, by target."""


_DOCSTRINGS = {
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
}
"""Docstrings of kernels, by target."""


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
    joints, dofs = bodies * _JOINTS, bodies * _DOFS
    sizes = {
        "bodies": bodies,
        "parent_of_high": (before or bodies) - 1,
        "joints": joints,
        "dofs": dofs,
        "worlds": worlds,
        "coordinates": COORDINATES,
        "most_joints": _JOINTS,
        "most_dofs": _DOFS,
    }
    called = {
        "dof_adr": ("jnt_dofadr",) if target == "spring_torque" else ("body_dofadr",),
        "sleeping": ("jnt_asleep",) if target == "spring_torque" else ("body_asleep",),
    }
    for part in ("bodies", "cameras", "poses", "forces"):
        declare(p, _ARGUMENTS[part], sizes, called)
    p.constants({"CAM_FIXED": 0, "CAM_TRACK": 1, "CAM_TRACKCOM": 2, "CAM_TARGETBODY": 3, "CAM_TARGETCOM": 4})
    p.constants({"JNT_FREE": 0, "JNT_BALL": 1, "JNT_SLIDE": 2, "JNT_HINGE": 3})
    for each in _FUNCTIONS:
        p.function(each)
    lumps = target == "moving_ancestor"
    moments = ("lumped_moment",) if lumps else ("subtree_moment", "subtree_com_sum")
    called = {
        "mass_sum": ("lumped_mass",) if lumps else ("subtree_mass",),
        "moment_sum": moments,
        "pos_out": ("cam_xpos",) if target == "camera_pose" else ("xpos_out",),
        "mat_out": ("cam_xmat",) if target == "camera_pose" else ("xmat_out",),
    }
    declare(p, _ARGUMENTS["outputs"], sizes, called)
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
    return p.done("multibody", "trees", target, _SUMMARIES[target], _TITLES[target], _DOCSTRINGS[target])


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
