"""Changes of a simulator's state other than copies: joints are reset by their types, bodies fall asleep, poses are
written back, the last steps are kept in ring buffers, and contacts are carried over to the next step.
"""

from dataclasses import dataclass
from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.program import Program
from synthesis.frontends.warp.recipes.applications.state_arguments import (
    declare_bodies,
    declare_carried,
    declare_chosen,
    declare_joints,
    declare_kept,
)

_BODIES = read_bodies("warp", "states", margin=8)


@dataclass(frozen=True, slots=True)
class _Text:
    """One kernel of a target.

    Args:
        of: the item of a thread; two words if the launch also has a dimension for worlds.
        titles: possible names.
        summary: what the kernel does.
        lines: its statements.
    """

    of: str
    titles: str
    summary: str
    lines: str


_CHOSEN = """\
{if not enabled[i] or not world_mask[world_of[i]]:
    return ~
wid = world_or_none[i]
if wid < 0 or not world_mask[wid]:
    return ~
wid = world_or_none[i]
if not enabled[i] or (wid >= 0 and not world_mask[wid]):
    return ~
if not enabled[i]:
    return
if not world_mask[world_of[i]]:
    return ~
if not world_mask[world_of[i]]:
    return}"""
"""Lines that skip disabled items, and items of worlds that are not selected."""

_COPY_ALL = _BODIES["copy_all"]

_RESET_JOINTS = (
    _Text("joint", "reset_joint_state reset_joints reset_joint_coordinates",
          "Resets joint coordinates by joint type", """
        CHOSEN
        {q_at = q_start[i]
        qd_at = qd_start[i]
        kind = joint_type[i] ~
        kind = joint_type[i]
        q_at = q_start[i]
        qd_at = qd_start[i]}
        {if kind == JOINT_FREE:
        COPY_ALL
        elif kind == JOINT_BALL:
            # no rotation
            for k in range(3):
                q_out[q_at + k] = 0.0
                qd_out[qd_at + k] = 0.0
            q_out[q_at + 3] = 1.0
        {elif kind != JOINT_FIXED: ~ elif kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE:}
            q_out[q_at] = {wp.clamp(q_init[q_at], lower[i], upper[i]) ~ q_init[q_at]}
            qd_out[qd_at] = 0.0 ~
        {?0.6 if kind == JOINT_FIXED:
            return}
        for k in range(coord_count(kind)):
            q_out[q_at + k] = q_init[q_at + k]
        for k in range(dof_count(kind)):
            qd_out[qd_at + k] = {0.0 ~ qd_init[qd_at + k]}
        {?0.6 # a scalar coordinate is clamped to its limits
        if kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE:
            q_out[q_at] = wp.clamp(q_init[q_at], lower[i], upper[i])} ~
        num_q = int(1)
        num_qd = int(1)
        if kind == JOINT_FREE:
            num_q = 7
            num_qd = 6
        elif kind == JOINT_BALL:
            num_q = 4
            num_qd = 3
        {?0.6 elif kind == JOINT_FIXED:
            return}
        for k in range(num_q):
            q_out[q_at + k] = q_init[q_at + k]
        {?0.7 if reset_velocity:
            for k in range(num_qd):
                qd_out[qd_at + k] = 0.0 ~
        for k in range(num_qd):
            qd_out[qd_at + k] = 0.0}}
        """),
    _Text("dof", "reset_dofs_with_noise randomize_joint_state reset_joint_positions",
          "Resets joints to random positions around their defaults", _BODIES["reset_joints.reset_dofs_with_noise"]),
    _Text("dof", "reset_joint_targets initialize_drive_targets reset_targets",
          "Resets the targets of joints by the mode of their drives", _BODIES["reset_joints.reset_joint_targets"]),
    _Text("dof", "apply_mimic_joints update_follower_joints couple_joints",
          "Updates mimic joints from the joints that they follow", _BODIES["reset_joints.apply_mimic_joints"]),
    _Text("world joint", "convert_qpos_to_joint_q copy_coordinates_from_solver update_joint_q",
          "Converts the coordinates of a solver to those of a model", _BODIES["reset_joints.convert_qpos_to_joint_q"]),
    _Text("world joint", "convert_joint_q_to_qpos copy_coordinates_to_solver update_solver_qpos",
          "Converts the coordinates of a model to those of a solver", _BODIES["reset_joints.convert_joint_q_to_qpos"]),
    _Text("articulation", "copy_articulation_state restore_articulations copy_joint_coordinates",
          "Copies the coordinates of the joints of articulations", _BODIES["reset_joints.copy_articulation_state"]),
)  # fmt: skip

_SLOW = """{wp.length(wp.spatial_top(qd)) < lin_threshold and wp.length(wp.spatial_bottom(qd)) < ang_threshold ~ \
is_slow(qd, lin_threshold, ang_threshold) ~ is_slow(qd, lin_threshold, ang_threshold)}"""

_SLEEP = (
    _Text("body", "update_sleep_timers update_body_sleep update_sleep_state",
          "Puts bodies at rest to sleep", _BODIES["sleep.update_sleep_timers"]),
    _Text("body", "damp_slow_bodies settle_bodies stabilize_bodies",
          "Damps slow bodies", _BODIES["sleep.damp_slow_bodies"]),
    _Text("island", "update_island_sleep sleep_islands put_islands_to_sleep",
          "Puts islands to sleep whose bodies are all at rest", _BODIES["sleep.update_island_sleep"]),
    _Text("contact", "wake_bodies wake_touched_bodies mark_woken_bodies",
          "Wakes sleeping bodies touched by awake ones", _BODIES["sleep.wake_bodies"]),
    _Text("body", "commit_body_state finish_body_step hold_sleeping_bodies",
          "Commits the new state of bodies and holds sleeping ones", _BODIES["sleep.commit_body_state"]),
)  # fmt: skip

_WRITTEN_BACK = (
    _Text(
        "body",
        "clamp_body_velocities limit_velocities apply_velocity_limits",
        "Clamps body velocities to their limits",
        _BODIES["written_back.clamp_body_velocities"],
    ),
    _Text(
        "body",
        "update_kinematic_bodies set_kinematic_targets move_kinematic_bodies",
        "Moves kinematic bodies to their targets and sets their velocities",
        _BODIES["written_back.update_kinematic_bodies"],
    ),
    _Text(
        "body",
        "revert_diverged_bodies restore_lost_bodies recover_bodies",
        "Restores bodies that left the scene or became too fast",
        _BODIES["written_back.revert_diverged_bodies"],
    ),
    _Text(
        "body",
        "update_body_origins com_to_origin write_body_frames",
        "Computes body frames from their centers of mass",
        _BODIES["written_back.update_body_origins"],
    ),
    _Text(
        "env",
        "write_root_state set_root_states apply_root_pose",
        "Writes root states of environments to their bodies",
        _BODIES["written_back.write_root_state"],
    ),
    _Text(
        "particle",
        "update_particle_state write_back_particles finish_particle_step",
        "Commits particle positions and computes their velocities",
        _BODIES["written_back.update_particle_state"],
    ),
    _Text(
        "particle",
        "recycle_particles respawn_particles update_emitter_particles",
        "Respawns expired particles",
        _BODIES["written_back.recycle_particles"],
    ),
)

_KEPT = (
    _Text("env column", "push_history write_history record_observations",
          "Stores observations of environments in a ring buffer", _BODIES["kept.push_history"]),
    _Text("env column", "delay_actions apply_action_delay read_delayed_actions",
          "Reads delayed actions from a ring buffer", _BODIES["kept.delay_actions"]),
    _Text("env", "stack_frames push_frame update_stacked_observations",
          "Pushes the observation of environments onto a frame stack", _BODIES["kept.stack_frames"]),
    _Text("body", "record_trajectory log_body_state record_frame",
          "Records body poses every few steps", _BODIES["kept.record_trajectory"]),
    _Text("track", "sample_motion sample_keyframes evaluate_animation",
          "Interpolates poses from motion keyframes", _BODIES["kept.sample_motion"]),
)  # fmt: skip

_CARRIED = (
    _Text(
        "contact",
        "match_contacts warm_start_contacts carry_over_impulses",
        "Warm-starts contacts from the impulses of the last step",
        _BODIES["carried.match_contacts"],
    ),
    _Text(
        "contact",
        "refresh_contacts update_contact_manifold prune_contacts",
        "Updates persistent contacts and drops separated ones",
        _BODIES["carried.refresh_contacts"],
    ),
    _Text(
        "tri",
        "remap_triangles compact_triangle_indices update_triangle_vertices",
        "Renumbers triangle vertices and drops incomplete triangles",
        _BODIES["carried.remap_triangles"],
    ),
    _Text(
        "cell",
        "scroll_grid_cells shift_active_cells move_grid_window",
        "Shifts cells with a moving grid window",
        _BODIES["carried.scroll_grid_cells"],
    ),
    _Text(
        "vertex",
        "transfer_vertex_data subdivide_vertex_data interpolate_new_vertices",
        "Interpolates vertex values of a refined mesh",
        _BODIES["carried.transfer_vertex_data"],
    ),
    _Text(
        "pair",
        "renumber_pairs remap_contact_pairs update_pair_list",
        "Renumbers the shapes of pairs after removals",
        _BODIES["carried.renumber_pairs"],
    ),
)

TEXTS = {
    "reset_joints": _RESET_JOINTS,
    "sleep": _SLEEP,
    "write_back": _WRITTEN_BACK,
    "keep_history": _KEPT,
    "carry_over": _CARRIED,
}
"""Kernels of each target."""

_FUNCTIONS = (
    _BODIES["functions.coord_count"],
    _BODIES["functions.dof_count"],
    """
    def quat_from_wxyz(w: float, x: float, y: float, z: float) -> wp.quat:
        return {wp.normalize(wp.quat(x, y, z, w)) ~ wp.quat(x, y, z, w)}
    """,
    _BODIES["functions.is_slow"],
    _BODIES["functions.spin_between"],
    _BODIES["functions.in_scene"],
    _BODIES["functions.ring_slot"],
    _BODIES["functions.key_phase"],
    _BODIES["functions.in_window"],
)
"""Functions that some of the kernels call."""


def draw_state(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that processes a state."""
    text = stream.child("purpose").choice(TEXTS[target])
    *worlds, one = text.of.split()
    sizes = stream.child("sizes")
    n = sizes.choice((16, 24, 32) if one == "articulation" else (6, 8, 12) if worlds else (32, 48, 64, 96))
    outer = sizes.choice((4, 6, 8)) if worlds else n
    names = _INDICES[one]
    if worlds:
        first = ("wid", "world", "worldid") if worlds == ["world"] else ("env", "env_id", "world")
        p = Program(stream, first, ("i", *names), launch=(outer, n))
    else:
        p = Program(stream, ("i", *names, *names), launch=(n,))
    declare_chosen(p, one, n, resets=target == "reset_joints")
    declare_joints(p, outer, n, 3 * (n + 1) if one == "articulation" else n)
    declare_bodies(p, n)
    declare_kept(p, outer, n)
    declare_carried(p, n)
    for each in _FUNCTIONS:
        p.function(each)
    lines = dedent(text.lines)
    for key, part in _PARTS.items():
        lines = lines.replace(key, part)
    p.write(lines)
    each = "One thread for each " + one + (" of each world." if worlds else ".")
    return p.done("state", "snapshots", target, text.summary, tuple(text.titles.split()), (each,))


_PARTS = {"CHOSEN": _CHOSEN, "COPY_ALL": _COPY_ALL, "SLOW": _SLOW}
_INDICES = {
    "joint": ("joint", "jnt", "joint_id"),
    "dof": ("dof", "dofid", "dof_id"),
    "articulation": ("articulation", "art", "art_id"),
    "body": ("body", "bid", "body_id"),
    "island": ("island", "island_id"),
    "contact": ("contact", "cid", "contact_id"),
    "env": ("env", "env_id"),
    "column": ("j", "col", "dim"),
    "particle": ("particle", "pid", "particle_id"),
    "track": ("track", "bone", "track_id"),
    "tri": ("tri_id", "face"),
    "cell": ("cell_id", "c"),
    "vertex": ("vertex", "vid"),
    "pair": ("pair_id", "p"),
}
"""Possible names of the index of each item, in addition to ``i``."""
