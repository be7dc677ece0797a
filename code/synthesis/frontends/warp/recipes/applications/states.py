"""What simulators do with a state besides copying it: joints are reset by their types, bodies fall asleep, poses are
written back, the last steps are kept in rings, and what is left of a step goes on in the next one.
"""

from dataclasses import dataclass
from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.program import (
    FLAG,
    FLOAT,
    FOUR,
    FRAME,
    INT,
    PAIR,
    SPATIAL,
    TRIPLE,
    VEC,
    Program,
)

_COORDINATES, _VELOCITIES = 7, 6
"""The coordinates and velocities that a joint has at most."""
_GROUPS = 4
"""Worlds that things are in."""
_TWIST, _POSE = "wp.spatial_vector", "wp.transform"
_HISTORY = 4
"""Steps that are kept."""


@dataclass(frozen=True, slots=True)
class _Text:
    """One kernel of a target.

    Args:
        of: what a thread is for; two words where it is launched over worlds too.
        titles: what it is called.
        summary: what it does.
        lines: how.
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
"""Leaves out what is switched off, or is in a world that the launch is not for."""

_COPY_ALL = """\
    for k in range(7):
        q_out[q_at + k] = q_init[q_at + k]
    {for k in range(6):
        qd_out[qd_at + k] = {0.0 ~ 0.0 ~ qd_init[qd_at + k]} ~
    if reset_velocity:
        for k in range(6):
            qd_out[qd_at + k] = 0.0 ~
    {# it may be thrown at the start
    ~}
    for k in range(3):
        qd_out[qd_at + k] = qd_init[qd_at + k]
        qd_out[qd_at + 3 + k] = 0.0}"""

_RESET_JOINTS = (
    _Text("joint", "reset_joint_state reset_joints reset_joint_coordinates",
          "Resets the coordinates of joints by their type", """
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
        {?0.6 # a single coordinate stays between its limits
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
          "Resets joints to random positions around their defaults", """
        CHOSEN
        rng = wp.rand_init(seed, i)
        {q = wp.lerp(lower[i], upper[i], wp.randf(rng)) ~
        span = upper[i] - lower[i]
        q = lower[i] + span * wp.randf(rng, 0.1, 0.9) ~
        {q = q_default[i] + pos_noise * {(2.0 * wp.randf(rng) - 1.0) ~ wp.randf(rng, -1.0, 1.0) ~ wp.randn(rng)} ~
        q = q_default[i] * {wp.randf(rng, 0.5, 1.5) ~ (0.5 + wp.randf(rng))}}
        {q = wp.clamp(q, lower[i], upper[i]) ~
        if has_limits[i]:
            q = wp.clamp(q, lower[i], upper[i]) ~
        {# the default instead of what is out of reach
        ~}
        if has_limits[i] and (q < lower[i] or q > upper[i]):
            q = q_default[i] ~
        if is_continuous[i]:
            q = wrap_angle(q)
        else:
            q = wp.clamp(q, lower[i], upper[i])}}
        dof_q_out[i] = q
        dof_qd_out[i] = {0.0 ~ vel_noise * wp.randf(rng, -1.0, 1.0) ~ vel_noise * wp.randn(rng)}
        {?0.5 {if is_driven[i]:
            target_out[i] = q ~ target_out[i] = q}}
        """),
    _Text("dof", "reset_joint_targets initialize_drive_targets reset_targets",
          "Resets the targets of joints by the mode of their drives", """
        CHOSEN
        mode = drive_mode[i]
        {if mode == MODE_POSITION:
            {# a drive holds what it has
            ~}
            target_out[i] = {dof_q[i] ~ wp.clamp(dof_q[i], lower[i], upper[i])}
            {?0.4 target_qd_out[i] = 0.0}
        elif mode == MODE_VELOCITY:
            {target_qd_out[i] = 0.0 ~ target_qd_out[i] = clamp_symmetric(dof_qd[i], max_speed)}
        {elif mode == MODE_EFFORT: ~ else:}
            effort_out[i] = 0.0 ~
        {# only what is driven has a target
        ~}
        if mode == MODE_NONE or not is_driven[i]:
            target_out[i] = 0.0
            effort_out[i] = 0.0
            return
        if mode == MODE_POSITION:
            q = dof_q[i]
            {if has_limits[i]:
                q = wp.clamp(q, lower[i], upper[i]) ~ if has_limits[i] and q > upper[i]:
                q = upper[i]
            elif has_limits[i] and q < lower[i]:
                q = lower[i]}
            target_out[i] = q
        else:
            target_out[i] = 0.0}
        """),
    _Text("dof", "apply_mimic_joints update_follower_joints couple_joints",
          "Sets joints that follow another one", """
        leader = leader_of[i]
        {?0.4 {# a leader may be switched off
        ~}
        if leader >= 0 and not enabled[leader]:
            return}
        {if leader < 0{ or not enabled[i] ~}:
            dof_q_out[i] = dof_q[i]
            dof_qd_out[i] = dof_qd[i]
            return ~
        if leader < 0 or leader == i:
            return}
        q = follow_ratio[i] * dof_q[leader] + follow_offset[i]
        qd = follow_ratio[i] * dof_qd[leader]
        {if q < lower[i]:
            q = lower[i]
            qd = wp.max(qd, 0.0)
        elif q > upper[i]:
            q = upper[i]
            qd = wp.min(qd, 0.0) ~
        {# neither goes on where the range ends
        ~}
        if (q <= lower[i] and qd < 0.0) or (q >= upper[i] and qd > 0.0):
            qd = 0.0
        q = wp.clamp(q, lower[i], upper[i]) ~
        if has_limits[i] and (q < lower[i] or q > upper[i]):
            q = wp.clamp(q, lower[i], upper[i])
            qd = 0.0}
        dof_q_out[i] = q
        dof_qd_out[i] = qd
        """),
    _Text("world joint", "convert_qpos_to_joint_q copy_coordinates_from_solver update_joint_q",
          "Converts the coordinates of a solver to those of a model", """
        {?0.6 if {not world_active[wid] ~ not world_active[wid] or not joint_enabled[i]}:
            return}
        kind = joint_type[i]
        adr = q_start[i]
        {to = wid * coords_per_world + adr ~ to = world_start[wid] + adr}
        if kind == JOINT_FREE:
            for k in range(3):
                flat_q_out[to + k] = qpos[wid, adr + k]
            {# the scalar part of the rotation comes first, and goes to the end
            for k in range(3):
                flat_q_out[to + 3 + k] = qpos[wid, adr + 4 + k]
            flat_q_out[to + 6] = qpos[wid, adr + 3] ~
            rot = quat_from_wxyz(qpos[wid, adr + 3], qpos[wid, adr + 4], qpos[wid, adr + 5], qpos[wid, adr + 6])
            for k in range(4):
                flat_q_out[to + 3 + k] = rot[k]}
        elif kind == JOINT_BALL:
            {rot = quat_from_wxyz(qpos[wid, adr], qpos[wid, adr + 1], qpos[wid, adr + 2], qpos[wid, adr + 3])
            for k in range(4):
                flat_q_out[to + k] = rot[k] ~
            for k in range(3):
                flat_q_out[to + k] = qpos[wid, adr + 1 + k]
            flat_q_out[to + 3] = qpos[wid, adr]}
        {elif kind != JOINT_FIXED: ~ elif kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE:}
            flat_q_out[to] = qpos[wid, adr]{ - q_ref[i] ~}
        """),
    _Text("world joint", "convert_joint_q_to_qpos copy_coordinates_to_solver update_solver_qpos",
          "Converts the coordinates of a model to those of a solver", """
        {if not world_active[wid] or not joint_enabled[i]:
            return ~ if not world_active[wid]:
            return ~}
        {adr = q_start[i]
        src = wid * coords_per_world + adr ~
        adr = q_start[i]
        src = world_start[wid] + adr}
        kind = joint_type[i]
        {{?0.6 if kind == JOINT_FIXED:
            return}
        first = int(0)
        if kind == JOINT_FREE:
            for k in range(3):
                qpos_out[wid, adr + k] = flat_q[src + k]
            first = 3
        if kind == JOINT_FREE or kind == JOINT_BALL:
            # the scalar part of a rotation comes first there
            qpos_out[wid, adr + first] = flat_q[src + first + 3]
            for k in range(3):
                qpos_out[wid, adr + first + 1 + k] = flat_q[src + first + k]
        {else: ~ elif kind != JOINT_FIXED:}
            qpos_out[wid, adr] = flat_q[src]{ + q_ref[i] ~} ~
        if kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE:
            qpos_out[wid, adr] = flat_q[src]{ + q_ref[i] ~}
        elif kind == JOINT_BALL:
            qpos_out[wid, adr] = flat_q[src + 3]
            for k in range(3):
                qpos_out[wid, adr + 1 + k] = flat_q[src + k]
        elif kind == JOINT_FREE:
            {for k in range(3):
                qpos_out[wid, adr + k] = flat_q[src + k]
                qpos_out[wid, adr + 4 + k] = flat_q[src + 3 + k] ~
            for k in range(3):
                qpos_out[wid, adr + k] = flat_q[src + k]
            for k in range(3):
                qpos_out[wid, adr + 4 + k] = flat_q[src + 3 + k]}
            qpos_out[wid, adr + 3] = flat_q[src + 6]}
        """),
    _Text("articulation", "copy_articulation_state restore_articulations copy_joint_coordinates",
          "Copies the coordinates of the joints of articulations", """
        CHOSEN
        {start = art_start[i]
        end = art_start[i + 1]
        for joint in range(start, end): ~ for joint in range(art_start[i], art_start[i + 1]):}
            {if locked[joint] or joint_type[joint] == JOINT_FIXED:
                continue ~ if locked[joint]:
                continue ~ if joint_type[joint] == JOINT_FIXED or not is_selected[joint]:
                continue}
            {adr = q_start[joint]
            for k in range(coord_count(joint_type[joint])):
                q_out[adr + k] = q_init[adr + k] ~
            q_at = q_start[joint]
            qd_at = qd_start[joint]
            for k in range(coord_count(joint_type[joint])):
                q_out[q_at + k] = q_init[q_at + k]
            for k in range(dof_count(joint_type[joint])):
                qd_out[qd_at + k] = {qd_init[qd_at + k] ~ 0.0} ~
            adr = q_start[joint]
            kind = joint_type[joint]
            if kind == JOINT_FREE and keep_root:
                continue
            for k in range(coord_count(kind)):
                q_out[adr + k] = q_init[adr + k]}
        """),
)  # fmt: skip

_SLOW = """{wp.length(wp.spatial_top(qd)) < lin_threshold and wp.length(wp.spatial_bottom(qd)) < ang_threshold ~ \
is_slow(qd, lin_threshold, ang_threshold) ~ is_slow(qd, lin_threshold, ang_threshold)}"""

_SLEEP = (
    _Text("body", "update_sleep_timers update_body_sleep update_sleep_state",
          "Puts bodies to sleep that have not moved for a while", """
        {if (flags[i] & KINEMATIC) != 0 or not enabled[i]:
            return ~ if not enabled[i] or inv_mass[i] <= 0.0:
            return ~ if not world_mask[world_of[i]] or (flags[i] & KINEMATIC) != 0:
            return ~ if inv_mass[i] <= 0.0:
            return}
        qd = body_qd[i]
        if SLOW:
            {timer = sleep_timer[i] + dt
            sleep_timer[i] = timer
            if timer > sleep_time {and not asleep[i] ~}: ~
            sleep_timer[i] += dt
            if sleep_timer[i] > sleep_time {and can_sleep[i] ~}:}
                asleep[i] = True
                body_qd[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
                {?0.4 wp.atomic_add(num_sleeping, 0, 1)}
        else:
            sleep_timer[i] = 0.0
            asleep[i] = False
        """),
    _Text("body", "damp_slow_bodies settle_bodies stabilize_bodies",
          "Slows bodies down that hardly move", """
        {if asleep_in[i] or not enabled[i]:
            return ~ if asleep_in[i] or inv_mass[i] <= 0.0:
            return ~ if (flags[i] & KINEMATIC) != 0 or asleep_in[i]:
            return}
        qd = body_qd_in[i]
        {?0.5 # who touches nothing falls freely
        if num_touching[i] == 0:
            calm_frames[i] = 0
            body_qd_out[i] = qd
            return}
        if SLOW:
            calm_frames[i] = {wp.min(calm_frames[i] + 1, max_frames) ~ calm_frames[i] + 1}
            {if calm_frames[i] >= max_frames:
                qd = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            else:
                qd = qd * settle_damping ~
            qd = {qd * settle_damping ~ settle_damping * qd} ~
            if calm_frames[i] > 1:
                qd = settle_damping * qd}
        else:
            calm_frames[i] = 0
        body_qd_out[i] = qd
        """),
    _Text("island", "update_island_sleep sleep_islands put_islands_to_sleep",
          "Puts the bodies of islands to sleep where all of them are calm", """
        {?0.5 if not world_mask[world_of[i]]:
            return}
        start = group_start[i]
        end = group_start[i + 1]
        calm = bool(True)
        {for k in range(start, end):
            b = group_items[k]
            {if inv_mass_all[b] <= 0.0:
                continue
            ~ if is_kinematic[b]:
                continue
            ~}
            {if timer_in[b] < sleep_time:
                calm = False
                {break ~} ~
            if timer_in[b] < sleep_time or woken[b] == 1:
                calm = False
                {break ~}} ~
        k = int(start)
        while calm and k < end:
            if timer_in[group_items[k]] < sleep_time:
                calm = False
            k += 1}
        for k in range(start, end):
            b = group_items[k]
            {if calm and not asleep_all[b]:
                qd_all_out[b] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            ~ if calm:
                qd_all_out[b] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            else:
                qd_all_out[b] = qd_all[b] ~}
            asleep_out[b] = calm
        {?0.4 if calm and end > start:
            wp.atomic_add(num_sleeping, 0, end - start)}
        """),
    _Text("contact", "wake_bodies wake_touched_bodies mark_woken_bodies",
          "Marks sleeping bodies that something awake touches", """
        {if i >= num_contacts[0]:
            return ~ if i >= num_contacts[0] or contact_depth[i] <= 0.0:
            return}
        a = contact_a[i]
        b = contact_b[i]
        {# the ground wakes nobody
        ~}
        if a < 0 or b < 0:
            return
        {if asleep_in[a] and not asleep_in[b]:
            wp.atomic_max(woken_out, a, 1)
        elif asleep_in[b] and not asleep_in[a]:
            wp.atomic_max(woken_out, b, 1) ~
        if asleep_in[a] == asleep_in[b]:
            return
        sleeper = {a if asleep_in[a] else b ~ wp.where(asleep_in[a], a, b)}
        {?0.5 waker = {b if asleep_in[a] else a ~ wp.where(asleep_in[a], b, a)}
        {# a body that rests on it leaves it alone
        ~}
        if wp.length_sq(wp.spatial_top(body_qd_in[waker])) < wake_speed * wake_speed:
            return}
        wp.atomic_max(woken_out, sleeper, 1) ~
        if asleep_in[a] and not asleep_in[b] and wp.length_sq(wp.spatial_top(body_qd_in[b])) > wake_speed * wake_speed:
            wp.atomic_max(woken_out, a, 1)
        if asleep_in[b] and not asleep_in[a] and wp.length_sq(wp.spatial_top(body_qd_in[a])) > wake_speed * wake_speed:
            wp.atomic_max(woken_out, b, 1)}
        """),
    _Text("body", "commit_body_state finish_body_step hold_sleeping_bodies",
          "Takes the new state of bodies, and holds those that sleep", """
        {{?0.4 if not enabled[i]:
            return}
        if asleep_in[i] and woken[i] == 0:
            {# it stays where it is
            ~}
            body_q_out[i] = body_q_in[i]
            body_qd_out[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            return
        body_q_out[i] = body_q_next[i]
        body_qd_out[i] = body_qd_next[i]
        {?0.6 if woken[i] == 1:
            timer_out[i] = 0.0} ~
        awake = not asleep_in[i] or woken[i] != 0
        if awake:
            body_q_out[i] = body_q_next[i]
            body_qd_out[i] = body_qd_next[i]
        else:
            body_q_out[i] = body_q_in[i]
            body_qd_out[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        {asleep_out[i] = not awake ~} ~
        if woken[i] == 1 and asleep_in[i]:
            asleep_out[i] = False
            timer_out[i] = 0.0
        elif asleep_in[i]:
            return
        body_q_out[i] = body_q_next[i]
        body_qd_out[i] = body_qd_next[i]}
        """),
)  # fmt: skip

_WRITTEN_BACK = (
    _Text("body", "clamp_body_velocities limit_velocities apply_velocity_limits",
          "Keeps the velocities of bodies below their limits", """
        {if not enabled[i] or inv_mass[i] <= 0.0:
            return ~ if (flags[i] & KINEMATIC) != 0:
            return ~ if not enabled[i] or not world_mask[world_of[i]]:
            return ~ if inv_mass[i] <= 0.0 or asleep_in[i]:
            return}
        {v = wp.spatial_top(body_qd[i])
        w = wp.spatial_bottom(body_qd[i]) ~
        qd = body_qd[i]
        v = wp.spatial_top(qd)
        w = wp.spatial_bottom(qd)}
        {{v = limit_length(v, max_lin)
        w = limit_length(w, max_ang) ~
        v = limit_length(v, max_lin_of[i])
        w = limit_length(w, max_ang_of[i])}
        body_qd[i] = wp.spatial_vector(v, w) ~
        speed = wp.length(v)
        spin = wp.length(w)
        {if speed > max_lin or spin > max_ang:
            {?0.5 wp.atomic_add(num_clamped, 0, 1)}
            body_qd[i] = wp.spatial_vector(limit_length(v, max_lin), limit_length(w, max_ang)) ~
        if speed > max_lin:
            v = v * (max_lin / speed)
        if spin > max_ang:
            w = w * (max_ang / spin)
        body_qd[i] = wp.spatial_vector(v, w) ~
        if speed <= max_lin and spin <= max_ang:
            return
        if speed > max_lin:
            v *= max_lin / speed
        if spin > max_ang:
            w *= max_ang / spin
        body_qd[i] = wp.spatial_vector(v, w)}}
        """),
    _Text("body", "update_kinematic_bodies set_kinematic_targets move_kinematic_bodies",
          "Moves kinematic bodies to their targets, with the velocities of getting there", """
        {if (flags[i] & KINEMATIC) == 0:
            return ~ if (flags[i] & KINEMATIC) == 0 or not world_mask[world_of[i]]:
            return ~ if not is_kinematic[i] or not enabled[i]:
            return}
        pose = body_target[i]
        last = body_q[i]
        {shift = wp.transform_get_translation(pose) - wp.transform_get_translation(last) ~
        x = wp.transform_get_translation(pose)
        shift = x - wp.transform_get_translation(last)}
        {# what is put somewhere else does not fly there
        ~}
        if {teleports[i] or wp.length(shift) > max_jump ~ wp.length_sq(shift) > max_jump * max_jump ~ teleports[i]}:
            body_qd_out[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        else:
            {w = spin_between(wp.transform_get_rotation(last), wp.transform_get_rotation(pose), dt)
            body_qd_out[i] = wp.spatial_vector(shift / dt, w) ~
            v = shift / dt
            w = spin_between(wp.transform_get_rotation(last), wp.transform_get_rotation(pose), dt)
            body_qd_out[i] = wp.spatial_vector({limit_length(v, max_lin) ~ v}, w)}
        body_q[i] = pose
        """),
    _Text("body", "revert_diverged_bodies restore_lost_bodies recover_bodies",
          "Puts bodies back that have left the scene or become too fast", """
        {if not enabled[i] or (flags[i] & KINEMATIC) != 0:
            return ~ if inv_mass[i] <= 0.0:
            return ~}
        {p = wp.transform_get_translation(body_q[i])
        speed = wp.length(wp.spatial_top(body_qd[i])) ~
        speed = wp.length(wp.spatial_top(body_qd[i]))
        p = wp.transform_get_translation(body_q[i])}
        {lost = {p[2] < floor_z or wp.length(p) > scene_radius ~ p[2] < floor_z or wp.abs(p[0]) > scene_radius or \
wp.abs(p[1]) > scene_radius ~ not in_scene(p, floor_z, scene_radius)}
        if lost or speed > max_lin:
            body_q[i] = safe_q[i]
            body_qd[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            {?0.6 wp.atomic_add(num_reverted, {0 ~ world_of[i]}, 1)}
        {?0.6 elif num_touching[i] > 0:
            # here it could stand
            safe_q[i] = body_q[i]} ~
        if in_scene(p, floor_z, scene_radius) and speed <= max_lin:
            safe_q[i] = body_q[i]
            {?0.5 lost_frames[i] = 0}
        else:
            {lost_frames[i] += 1
            if lost_frames[i] > max_frames: ~ if can_respawn[i]:}
                body_q[i] = safe_q[i]
                body_qd[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)}
        """),
    _Text("body", "update_body_origins com_to_origin write_body_frames",
          "Writes the frames of bodies from those at their centers of mass", """
        CHOSEN
        {pose = com_pose[i]
        rot = wp.transform_get_rotation(pose)
        arm = wp.quat_rotate(rot, body_com[i])
        x = wp.transform_get_translation(pose) - arm ~
        rot = wp.transform_get_rotation(com_pose[i])
        arm = wp.quat_rotate(rot, body_com[i])
        x = wp.transform_get_translation(com_pose[i]) - arm}
        {body_q_out[i] = wp.transform(x, rot) ~
        if normalize_rotations:
            rot = wp.normalize(rot)
        body_q_out[i] = wp.transform(x, rot)}
        {?0.7 w = wp.spatial_bottom(com_qd[i])
        {{# held bodies have no velocity
        ~}
        if inv_mass[i] > 0.0:
            body_qd_out[i] = wp.spatial_vector(wp.spatial_top(com_qd[i]) - wp.cross(w, arm), w)
        else:
            body_qd_out[i] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0) ~
        v = wp.spatial_top(com_qd[i]) - wp.cross(w, arm)
        body_qd_out[i] = wp.spatial_vector(v, w)}}
        """),
    _Text("env", "write_root_state set_root_states apply_root_pose",
          "Writes the states of the roots of environments to their bodies", """
        {if not env_mask[i]:
            return ~ if not env_mask[i] or root_kind[i] == ROOT_FIXED:
            return ~ if not env_mask[i]:
            return
        if root_kind[i] == ROOT_FIXED:
            return}
        root = root_body[i]
        {# each environment stands at a place of its own
        ~}
        pos = wp.transform_get_translation(root_pose[i]) + env_origin[i]
        {rot = wp.normalize(wp.transform_get_rotation(root_pose[i])) ~ rot = wp.transform_get_rotation(root_pose[i])}
        body_q_all[root] = wp.transform(pos, rot)
        {?0.8 {v = root_lin_vel[i]
        w = root_ang_vel[i]
        if {in_body_frame ~ not in_world_frame}:
            v = wp.quat_rotate(rot, v)
            w = wp.quat_rotate(rot, w)
        body_qd_all[root] = wp.spatial_vector(v, w) ~
        if write_velocity:
            v = root_lin_vel[i]
            {# given at the center of mass
            ~}
            w = root_ang_vel[i]
            arm = wp.quat_rotate(rot, root_com[i])
            body_qd_all[root] = wp.spatial_vector(v - wp.cross(w, arm), w)
        {else:
            body_qd_all[root] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0) ~} ~
        body_qd_all[root] = wp.spatial_vector(root_lin_vel[i], root_ang_vel[i])}}
        """),
    _Text("particle", "update_particle_state write_back_particles finish_particle_step",
          "Takes the new positions of particles, and the velocities that they moved with", """
        {if (flags[i] & ACTIVE) == 0:
            {particle_x[i] = x_old[i]
            particle_v[i] = wp.vec3(0.0, 0.0, 0.0)
            return ~ return} ~
        if not world_mask[world_of[i]] or (flags[i] & ACTIVE) == 0:
            return}
        x = x_new[i]
        {{carrier = anchor_of[i]
        if carrier >= 0:
            # a pinned one moves with its body
            x = wp.transform_point(anchor_pose[carrier], anchor_local[i])
        v = (x - x_old[i]) / dt ~
        v = (x - x_old[i]) / dt
        if anchor_of[i] >= 0:
            v = anchor_vel[anchor_of[i]]} ~
        if inv_mass[i] <= 0.0:
            {x = x_pinned[i] ~ x = x_old[i] + dt * v_target[i]}
        v = (x - x_old[i]) / dt}
        {v = limit_length(v, max_moved) ~ ~
        speed = wp.length(v)
        if speed > max_moved {and inv_mass[i] > 0.0 ~}:
            v = v * (max_moved / speed)
            x = x_old[i] + v * dt}
        {?0.4 if x[2] < floor_z and v[2] < 0.0:
            x = wp.vec3(x[0], x[1], floor_z)
            v = {bounce(v, restitution) ~ wp.vec3(v[0], v[1], 0.0)}}
        particle_x[i] = x
        particle_v[i] = v
        """),
    _Text("particle", "recycle_particles respawn_particles update_emitter_particles",
          "Emits particles again that are too old", """
        {{if (flags[i] & ACTIVE) == 0:
            return
        age = age_of[i] + dt ~ age = age_of[i] + dt}
        if age < life_of[i] {and particle_x[i][2] > floor_z ~}:
            age_of[i] = age
            return ~
        age = age_of[i] + dt
        {# it lives on
        ~}
        if age < life_of[i] and (flags[i] & ACTIVE) != 0:
            age_of[i] = age
            return}
        emitter = emitter_of[i]
        if emitter < 0 or not emitting[emitter]:
            {# gone for good
            ~}
            flags_out[i] = 0
            particle_v[i] = wp.vec3(0.0, 0.0, 0.0)
            return
        {rng = wp.rand_init(seed, i)
        spread = wp.vec3(wp.randf(rng) - 0.5, wp.randf(rng) - 0.5, 0.0)
        particle_x[i] = wp.transform_point(emitter_pose[emitter], emitter_size * spread) ~
        particle_x[i] = wp.transform_point(emitter_pose[emitter], x_target[i])}
        particle_v[i] = wp.transform_vector(emitter_pose[emitter], wp.vec3(0.0, 0.0, emit_speed))
        age_of[i] = {0.0 ~ age - life_of[i]}
        {?0.5 flags_out[i] = ACTIVE}
        """),
)  # fmt: skip

_KEPT = (
    _Text("env column", "push_history write_history record_observations",
          "Keeps the last observations of environments in a ring", """
        {entry = step % history_length ~ entry = frame[env] % history_length}
        {if reset_mask[env]:
            {# nothing of before the reset is left
            ~}
            for h in range(history_length):
                history[env, h, i] = {obs[env, i] ~ 0.0}
            {?0.6 history[env, entry, i] = obs[env, i]}
        else:
            history[env, entry, i] = obs[env, i] ~
        if reset_mask[env]:
            for h in range(history_length):
                history[env, h, i] = obs[env, i]
            return
        {?0.5 if not env_active[env]:
            return}
        history[env, entry, i] = obs[env, i] ~
        history[env, entry, i] = obs[env, i]
        {if reset_mask[env] or episode_length[env] == 0:
            for h in range(history_length):
                if h != entry:
                    history[env, h, i] = 0.0 ~
        if reset_mask[env] and not keep_history:
            for h in range(history_length):
                if h == entry:
                    continue
                history[env, h, i] = 0.0}}
        """),
    _Text("env column", "delay_actions apply_action_delay read_delayed_actions",
          "Reads the actions of some steps ago from a ring", """
        {?0.5 if {not env_active[env] ~ reset_mask[env] or not env_active[env]}:
            {delayed[env, i] = 0.0
            return ~ return}}
        {lag = wp.min(delay_of[env], history_length - 1) ~ lag = delay_of[env]
        if lag >= history_length:
            lag = history_length - 1}
        {{# there was no action so long ago
        ~}
        if episode_length[env] < lag:
            delayed[env, i] = {0.0 ~ default_action[i]}
            return
        entry = {(step + history_length - lag) % history_length ~ ring_slot(step, lag, history_length)}
        delayed[env, i] = past[env, entry, i] ~
        if episode_length[env] < lag:
            # there was no action so long ago
            delayed[env, i] = {0.0 ~ default_action[i]}
        else:
            entry = {(step + history_length - lag) % history_length ~ ring_slot(step, lag, history_length)}
            delayed[env, i] = past[env, entry, i] ~
        entry = {ring_slot(step, lag, history_length) ~ (step - lag + history_length) % history_length}
        value = past[env, entry, i]
        {?0.6 # between two steps
        if delay_part[env] > 0.0 and lag + 1 < history_length:
            older = past[env, ring_slot(step, lag + 1, history_length), i]
            value = {wp.lerp(value, older, delay_part[env]) ~ value + delay_part[env] * (older - value)}}
        delayed[env, i] = value}
        """),
    _Text("env", "stack_frames push_frame update_stacked_observations",
          "Puts the observation of environments before those of the last steps", """
        {?0.4 if not env_active[i]:
            return}
        size = history_length * obs_dim
        {if done[i]:
            # all frames are the first one of the new episode
            for at in range(0, size, obs_dim):
                for k in range(obs_dim):
                    stacked[i, at + k] = obs_rows[i, k]
        else:
            for at in range(size - obs_dim, 0, -obs_dim):
                for k in range(obs_dim):
                    stacked[i, at + k] = stacked[i, at - obs_dim + k]
            for k in range(obs_dim):
                stacked[i, k] = obs_rows[i, k] ~
        {# the oldest frame falls out
        ~}
        for at in range(size - obs_dim, 0, -obs_dim):
            for k in range(obs_dim):
                stacked[i, at + k] = {0.0 if done[i] else stacked[i, at - obs_dim + k] ~
                wp.where(done[i], 0.0, stacked[i, at - obs_dim + k])}
        for k in range(obs_dim):
            stacked[i, k] = {clamp_symmetric(obs_rows[i, k], clip_obs) ~ obs_rows[i, k]} ~
        if done[i] and not keep_history:
            for at in range(obs_dim, size, obs_dim):
                for k in range(obs_dim):
                    stacked[i, at + k] = 0.0
        else:
            # from the end on, so that nothing is lost
            for at in range(size - 1, obs_dim - 1, -1):
                stacked[i, at] = stacked[i, at - obs_dim]
        for k in range(obs_dim):
            stacked[i, k] = obs_rows[i, k]}
        """),
    _Text("body", "record_trajectory log_body_state record_frame",
          "Records where bodies are in every few steps", """
        {if step % record_every != 0 or not is_recorded[i]:
            return ~
        if step % record_every != 0:
            return
        {?0.6 if not is_recorded[i]:
            return}}
        entry = (step // record_every) % log_length
        {pos_log[entry, i] = wp.transform_get_translation(body_q_in[i])
        {?0.6 rot_log[entry, i] = wp.transform_get_rotation(body_q_in[i])} ~
        pose_log[entry, i] = body_q_in[i]
        {?0.6 qd_log[entry, i] = body_qd_in[i]}}
        {?0.4 {# the first record has none before it
        ~}
        if step >= record_every:
            shift = wp.transform_get_translation(body_q_in[i]) - last_pos[i]
            path_length[i] += wp.length(shift)
        last_pos[i] = wp.transform_get_translation(body_q_in[i])}
        """),
    _Text("track", "sample_motion sample_keyframes evaluate_animation",
          "Poses from the keyframes of motions at a time", """
        {?0.5 if not playing[i]:
            return}
        {t = time_of[i] ~ t = {time_of[i] * play_rate[i] ~ time_of[i] - start_time[i]}}
        {last = key_times[num_keys - 1]
        if looped {and t > last ~}:
            t = t - last * wp.floor(t / last) ~ ~
        t = wp.clamp(t, key_times[0], key_times[num_keys - 1])}
        {key = int(0)
        while key + 2 < num_keys and key_times[key + 1] <= t:
            key += 1 ~
        low = int(0)
        high = int(num_keys - 1)
        while high - low > 1:
            middle = (low + high) // 2
            if key_times[middle] <= t:
                low = middle
            else:
                high = middle
        key = low ~
        key = int(0)
        for k in range(1, num_keys - 1):
            if key_times[k] > t:
                break
            key = k}
        s = {saturate((t - key_times[key]) / (key_times[key + 1] - key_times[key])) ~
        key_phase(t, key_times[key], key_times[key + 1])}
        {?0.3 # eases in and out
        s = s * s * (3.0 - 2.0 * s)}
        {track_pos_out[i] = {wp.lerp(key_pos[key, i], key_pos[key + 1, i], s) ~
        key_pos[key, i] * (1.0 - s) + key_pos[key + 1, i] * s}
        {?0.7 track_rot_out[i] = wp.quat_slerp(key_rot[key, i], key_rot[key + 1, i], s)} ~
        {if s >= 0.5 and stepped[i]: ~ if stepped[i]:}
            track_pos_out[i] = key_pos[key{ + 1 ~}, i]
        else:
            track_pos_out[i] = wp.lerp(key_pos[key, i], key_pos[key + 1, i], s)}
        """),
)  # fmt: skip

_CARRIED = (
    _Text("contact", "match_contacts warm_start_contacts carry_over_impulses",
          "Starts contacts from the impulses of those of the last step that they continue", """
        {if i >= num_contacts[0]:
            return
        key = contact_key[i]
        matched = int(-1)
        best = float(match_radius) ~
        if i >= num_contacts[0]:
            return
        key = contact_key[i]
        best = float(match_radius)
        matched = int(-1)}
        for k in range(num_old[0]):
            {if old_key[k] != key:
                continue
            d = wp.length(old_point[k] - contact_point[i])
            if d < best:
                best = d
                matched = k ~
            if old_key[k] == key and wp.length_sq(old_point[k] - contact_point[i]) < match_radius * match_radius:
                matched = k
                break ~
            if old_key[k] == key:
                d = wp.length(old_point[k] - contact_point[i])
                if d < best:
                    best = d
                    matched = k}
        {if matched >= 0 and wp.dot(old_normal[matched], contact_normal[i]) > min_cos:
            impulse_out[i] = {decay * old_impulse[matched] ~ old_impulse[matched]}
        else:
            impulse_out[i] = wp.vec3(0.0, 0.0, 0.0) ~
        if matched == -1:
            impulse_out[i] = wp.vec3(0.0, 0.0, 0.0)
            {?0.4 contact_age[i] = 0}
            return
        {# the normal part alone: the tangents have turned
        ~}
        f_n = wp.dot(old_impulse[matched], old_normal[matched])
        impulse_out[i] = {decay * wp.max(f_n, 0.0) ~ wp.max(f_n, 0.0)} * contact_normal[i]}
        {?0.5 match_out[i] = matched}
        """),
    _Text("contact", "refresh_contacts update_contact_manifold prune_contacts",
          "Updates persistent contacts, and drops those that have come apart", """
        {if i >= num_contacts[0]:
            return ~ if i >= num_contacts[0] or contact_state[i] == CONTACT_FREE:
            return ~ if contact_state[i] == CONTACT_FREE:
            return}
        a = contact_a[i]
        b = contact_b[i]
        xa = local_a[i]
        {# a contact with the world is in its frame already
        ~}
        if a >= 0:
            xa = wp.transform_point(body_q_in[a], xa)
        xb = local_b[i]
        if b >= 0:
            xb = wp.transform_point(body_q_in[b], xb)
        {n = contact_normal[i]
        gap = wp.dot(xb - xa, n)
        slip = xb - xa - gap * n ~
        shift = xb - xa
        n = contact_normal[i]
        gap = wp.dot(shift, n)
        slip = shift - n * gap}
        {if gap > break_distance or wp.length_sq(slip) > break_distance * break_distance:
            contact_state[i] = CONTACT_FREE
            impulse_kept[i] = wp.vec3(0.0, 0.0, 0.0)
        else:
            gap_out[i] = gap
            {?0.5 point_out[i] = {0.5 * (xa + xb) ~ xa}}
            {?0.5 contact_age[i] += 1} ~
        if gap > break_distance or wp.length_sq(slip) > break_distance * break_distance:
            contact_state[i] = CONTACT_FREE
            {?0.5 wp.atomic_add(num_dropped, 0, 1)}
            return
        {if gap < 0.0:
            contact_state[i] = CONTACT_TOUCHING
        elif contact_state[i] == CONTACT_TOUCHING:
            contact_state[i] = CONTACT_NEAR
        ~}
        gap_out[i] = gap}
        """),
    _Text("tri", "remap_triangles compact_triangle_indices update_triangle_vertices",
          "Renumbers the vertices of triangles, and drops those that have lost one", """
        tri = tri_indices[i]
        {a = vertex_map[tri[0]]
        b = vertex_map[tri[1]]
        c = vertex_map[tri[2]]
        {if a < 0 or b < 0 or c < 0: ~
        # one that has shrunk to a line goes, too
        if a < 0 or b < 0 or c < 0 or a == b or b == c or c == a:}
            {tri_out[i] = wp.vec3i(-1, -1, -1)
            ~}
            {?0.6 wp.atomic_add(num_dropped, 0, 1)}
            return
        {?0.5 if flipped[i] {== 1 ~ != 0}:
            tri_out[i] = wp.vec3i(a, c, b)
            return}
        tri_out[i] = wp.vec3i(a, b, c)
        ~
        moved = wp.vec3i(vertex_map[tri[0]], vertex_map[tri[1]], vertex_map[tri[2]])
        {if wp.min(moved) < 0: ~ if moved[0] == -1 or moved[1] == -1 or moved[2] == -1:}
            tri_out[i] = wp.vec3i(-1, -1, -1)
            {?0.6 tri_alive[i] = 0}
        else:
            tri_out[i] = moved
            {?0.6 tri_alive[i] = 1} ~
        kept = bool(True)
        for k in range(3):
            v = vertex_map[tri[k]]
            if v < 0:
                kept = False
                break
            tri[k] = v
        if kept {and tri[0] != tri[1] and tri[1] != tri[2] ~}:
            tri_out[i] = tri
        else:
            tri_out[i] = wp.vec3i(-1, -1, -1)}
        """),
    _Text("cell", "scroll_grid_cells shift_active_cells move_grid_window",
          "Moves cells along with the window of a grid", """
        {?0.5 if not cell_active[i]:
            return}
        {cell = cell_of[i] - shift_by ~ cell = cell_of[i] - wp.vec3i(shift_x, shift_y, shift_z)}
        {?0.5 if wraps_around:
            {# what leaves on one side comes in on the other
            ~}
            for k in range(3):
                cell[k] = (cell[k] + grid_size) % grid_size}
        {if not in_window(cell, grid_size):
            cell_out[i] = wp.vec3i(-1, -1, -1)
            {density_out[i] = 0.0 ~}
            return
        cell_out[i] = cell ~
        if cell[0] < 0 or cell[1] < 0 or cell[2] < 0:
            cell_out[i] = wp.vec3i(-1, -1, -1)
            return
        {?0.6 if cell[0] >= grid_size or cell[1] >= grid_size or cell[2] >= grid_size:
            cell_out[i] = wp.vec3i(-1, -1, -1)
            return}
        cell_out[i] = cell ~
        if in_window(cell, grid_size):
            cell_out[i] = cell
            {?0.6 density_out[i] = {density[i] ~ density[i] * decay}}
        else:
            cell_out[i] = wp.vec3i(-1, -1, -1)
            {?0.5 wp.atomic_add(num_dropped, 0, 1)}}
        """),
    _Text("vertex", "transfer_vertex_data subdivide_vertex_data interpolate_new_vertices",
          "Values of the vertices of a refined mesh from those of the coarse one", """
        a = from_a[i]
        b = from_b[i]
        {if a == b or b < 0:
            # an old vertex
            new_pos[i] = old_pos[a]
            {?0.6 new_vel[i] = old_vel[a]}
            return
        {s = split_at[i]
        new_pos[i] = {wp.lerp(old_pos[a], old_pos[b], s) ~ old_pos[a] + s * (old_pos[b] - old_pos[a])}
        {?0.6 new_vel[i] = {wp.lerp(old_vel[a], old_vel[b], s) ~ old_vel[a] + s * (old_vel[b] - old_vel[a])}} ~
        new_pos[i] = 0.5 * (old_pos[a] + old_pos[b])
        {?0.6 new_vel[i] = 0.5 * (old_vel[a] + old_vel[b])}
        {?0.4 # it is held if both of its ends are
        if pinned_old[a] and pinned_old[b]:
            new_inv_mass[i] = 0.0
        else:
            new_inv_mass[i] = 0.5 * (inv_mass_old[a] + inv_mass_old[b])}} ~
        if b >= 0 and b != a:
            new_pos[i] = 0.5 * (old_pos[a] + old_pos[b])
            {?0.6 new_vel[i] = 0.5 * (old_vel[a] + old_vel[b])}
        else:
            new_pos[i] = old_pos[a]
            {?0.6 new_vel[i] = old_vel[a]}}
        """),
    _Text("pair", "renumber_pairs remap_contact_pairs update_pair_list",
          "Renumbers the shapes of pairs after some were removed", """
        {if i >= num_contacts[0]:
            return ~}
        pair = pairs[i]
        {if pair[0] < 0 or pair[1] < 0: ~ if pair[0] == -1 or pair[1] == -1:}
            pairs_out[i] = wp.vec2i(-1, -1)
            return
        {a = shape_map[pair[0]]
        b = shape_map[pair[1]] ~
        b = shape_map[pair[1]]
        a = shape_map[pair[0]]}
        if a < 0 or b < 0{ or (is_fixed[a] and is_fixed[b]) ~}:
            pairs_out[i] = wp.vec2i(-1, -1)
            {?0.6 wp.atomic_add(num_dropped, 0, 1)}
            return
        {{# the smaller number comes first
        ~}
        if a > b:
            pairs_out[i] = wp.vec2i(b, a)
        else:
            pairs_out[i] = wp.vec2i(a, b) ~
        pairs_out[i] = wp.vec2i(wp.min(a, b), wp.max(a, b)) ~
        if shape_world[a] != shape_world[b] and shape_world[a] >= 0 and shape_world[b] >= 0:
            pairs_out[i] = wp.vec2i(-1, -1)
        else:
            pairs_out[i] = wp.vec2i(wp.min(a, b), wp.max(a, b))}
        """),
)  # fmt: skip

TEXTS = {
    "reset_joints": _RESET_JOINTS,
    "sleep": _SLEEP,
    "write_back": _WRITTEN_BACK,
    "keep_history": _KEPT,
    "carry_over": _CARRIED,
}
"""Kernels of each target."""


_FUNCTIONS = (
    """
    def coord_count(kind: int) -> int:
        if kind == JOINT_FREE:
            return 7
        {if kind == JOINT_BALL:
            return 4
        if kind == JOINT_FIXED:
            return 0
        return 1 ~ elif kind == JOINT_BALL:
            return 4
        elif kind == JOINT_FIXED:
            return 0
        return 1}
    """,
    """
    def dof_count(kind: int) -> int:
        {if kind == JOINT_FREE:
            return 6
        if kind == JOINT_BALL:
            return 3
        if kind == JOINT_FIXED:
            return 0
        return 1 ~
        num = int(1)
        if kind == JOINT_FREE:
            num = 6
        elif kind == JOINT_BALL:
            num = 3
        elif kind == JOINT_FIXED:
            num = 0
        return num}
    """,
    """
    def quat_from_wxyz(w: float, x: float, y: float, z: float) -> wp.quat:
        return {wp.normalize(wp.quat(x, y, z, w)) ~ wp.quat(x, y, z, w)}
    """,
    """
    def is_slow(qd: wp.spatial_vector, lin_limit: float, ang_limit: float) -> bool:
        {return wp.length(wp.spatial_top(qd)) < lin_limit and wp.length(wp.spatial_bottom(qd)) < ang_limit ~
        v = wp.spatial_top(qd)
        w = wp.spatial_bottom(qd)
        return wp.dot(v, v) < lin_limit * lin_limit and wp.dot(w, w) < ang_limit * ang_limit ~
        if {wp.length_sq(wp.spatial_top(qd)) >= lin_limit * lin_limit ~ wp.length(wp.spatial_top(qd)) >= lin_limit}:
            return False
        return wp.length_sq(wp.spatial_bottom(qd)) < ang_limit * ang_limit}
    """,
    """
    def spin_between(q0: wp.quat, q1: wp.quat, dt: float) -> wp.vec3:
        {dq = q1 * wp.quat_inverse(q0)
        v = wp.vec3(dq[0], dq[1], dq[2])
        if dq[3] < 0.0:
            v = -v
        return v * (2.0 / dt) ~
        dq = q1 * wp.quat_inverse(q0)
        # the shorter way around
        turn = {1.0 if dq[3] >= 0.0 else -1.0 ~ wp.sign(dq[3])}
        return wp.vec3(dq[0], dq[1], dq[2]) * (2.0 * turn / dt)}
    """,
    """
    def in_scene(p: wp.vec3, lowest: float, radius: float) -> bool:
        {return p[2] >= lowest and {wp.length_sq(p) <= radius * radius ~ wp.length(p) <= radius} ~
        if p[2] < lowest:
            return False
        return wp.abs(p[0]) <= radius and wp.abs(p[1]) <= radius ~
        return p[2] >= lowest and p[0] * p[0] + p[1] * p[1] <= radius * radius}
    """,
    """
    def ring_slot(step: int, lag: int, length: int) -> int:
        {return (step - lag + length) % length ~
        at = step % length - lag
        if at < 0:
            at += length
        return at}
    """,
    """
    def key_phase(t: float, t0: float, t1: float) -> float:
        {if t <= t0:
            return 0.0
        if t >= t1:
            return 1.0
        return (t - t0) / (t1 - t0) ~ return wp.clamp((t - t0) / (t1 - t0), 0.0, 1.0)}
    """,
    """
    def in_window(cell: wp.vec3i, size: int) -> bool:
        {return wp.min(cell) >= 0 and wp.max(cell) < size ~
        if cell[0] < 0 or cell[1] < 0 or cell[2] < 0:
            return False
        return cell[0] < size and cell[1] < size and cell[2] < size ~
        for k in range(3):
            if cell[k] < 0 or cell[k] >= size:
                return False
        return True}
    """,
)
"""Functions that some of the kernels call."""


def draw_state(stream: Stream, target: str) -> KernelSpec:
    """A kernel that does something with a state."""
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
    _declare_chosen(p, one, n, resets=target == "reset_joints")
    _declare_joints(p, outer, n, 3 * (n + 1) if one == "articulation" else n)
    _declare_bodies(p, n)
    _declare_kept(p, outer, n)
    _declare_carried(p, n)
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
"""What the index of each may be called, besides i."""


def _declare_chosen(p: Program, one: str, n: int, *, resets: bool) -> None:
    """What says which things a launch is for."""
    whole = ("reset_mask",) if resets else ()
    p.array("enabled", FLAG, (0, 1), (n,), (f"{one}_enabled", "enabled", f"is_{one}_enabled"))
    p.array("world_of", INT, (0, _GROUPS - 1), (n,), (f"{one}_world", f"{one}_world_id"))
    p.array("world_or_none", INT, (-1, _GROUPS - 1), (n,), (f"{one}_world", f"{one}_world_id"))
    p.array("world_mask", FLAG, (0, 1), (_GROUPS,), ("world_mask", "env_mask", *whole))
    p.array("flags", INT, (0, 3), (n,), (f"{one}_flags",))
    p.array("env_mask", FLAG, (0, 1), (n,), ("env_mask", "write_mask"))
    p.array("inv_mass", FLOAT, (-0.4, 1), (n,), (f"{one}_inv_mass", "inv_mass"))
    p.constants({"ACTIVE": 1, "KINEMATIC": 2})
    p.scalar("dt", FLOAT, (0.1, 0.3), ("dt", "step_dt", "frame_dt"))
    p.scalar("seed", INT, (0, 1000), ("seed",))


def _declare_joints(p: Program, worlds: int, n: int, joints: int) -> None:
    """Joints, whose coordinates and velocities lie in flat arrays, and degrees of freedom."""
    coords, dofs = joints * _COORDINATES, joints * _VELOCITIES
    p.starts("q_start", joints, _COORDINATES, 0, ("joint_q_start", "q_start"))
    p.starts("qd_start", joints, _VELOCITIES, 0, ("joint_qd_start", "qd_start"))
    p.starts("art_start", n + 1, 3, 2, ("articulation_start", "art_joint_start"))
    p.array("world_active", FLAG, (0, 1), (worlds,), ("world_mask", "world_active"))
    p.starts("world_start", worlds, coords, 0, ("world_q_start", "world_coord_start"))
    p.array("joint_type", INT, (0, 4), (joints,), ("joint_type",))
    p.array("joint_enabled", FLAG, (0, 1), (n,), ("joint_enabled",))
    p.array("locked", FLAG, (0, 1), (joints,), ("joint_locked", "is_locked"))
    p.array("is_selected", FLAG, (0, 1), (joints,), ("joint_selected", "joint_mask"))
    p.array("q_init", FLOAT, (-2, 2), (coords,), ("joint_q_init", "default_joint_q", "joint_q_0"))
    p.array("qd_init", FLOAT, (-1, 1), (dofs,), ("joint_qd_init", "default_joint_qd", "joint_qd_0"))
    p.array("flat_q", FLOAT, (-2, 2), (worlds * coords,), ("joint_q",))
    p.array("qpos", FLOAT, (-2, 2), (worlds, coords), ("qpos",))
    for key, bounds, names in (
        ("lower", (-1.5, -0.3), ("joint_limit_lower", "dof_lower")),
        ("upper", (0.3, 1.5), ("joint_limit_upper", "dof_upper")),
        ("q_ref", (-1, 1), ("q_ref", "joint_q_ref", "qpos0")),
        ("q_default", (-2, 2), ("default_dof_pos", "dof_pos_default", "q_default")),
        ("dof_q", (-2, 2), ("dof_pos", "joint_pos")),
        ("dof_qd", (-2, 2), ("dof_vel", "joint_vel")),
        ("follow_ratio", (-2, 2), ("mimic_ratio", "follow_ratio", "mimic_coef1")),
        ("follow_offset", (-0.5, 0.5), ("mimic_offset", "follow_offset", "mimic_coef0")),
    ):
        p.array(key, FLOAT, bounds, (n,), names)
    p.array("leader_of", INT, (-n // 2, n - 1), (n,), ("mimic_joint", "leader", "mimic_dof"))
    p.array("drive_mode", INT, (0, 3), (n,), ("drive_mode", "control_mode", "dof_mode"))
    for key, names in (
        ("has_limits", ("has_limits", "dof_limited")),
        ("is_continuous", ("is_continuous", "dof_continuous")),
        ("is_driven", ("is_driven", "dof_driven")),
    ):
        p.array(key, FLAG, (0, 1), (n,), names)
    p.scalar("reset_velocity", FLAG, (0, 1), ("reset_velocity", "zero_velocity"))
    p.scalar("keep_root", FLAG, (0, 1), ("keep_root", "skip_root"))
    p.number("pos_noise", (0.1, 1), ("pos_noise", "position_noise"), ("0.1", "0.25"))
    p.number("vel_noise", (0.1, 1), ("vel_noise", "velocity_noise"), ("0.1", "0.5"))
    p.number("max_speed", (0.5, 1.5), ("max_velocity", "max_speed"), ("1.0",))
    p.sizes(coords_per_world=coords)
    kinds = ("JOINT_PRISMATIC", "JOINT_REVOLUTE", "JOINT_BALL", "JOINT_FIXED", "JOINT_FREE")
    p.constants({name: number for number, name in enumerate(kinds)})
    p.constants({"MODE_NONE": 0, "MODE_POSITION": 1, "MODE_VELOCITY": 2, "MODE_EFFORT": 3})
    p.output("q_out", FLOAT, (coords,), ("joint_q", "joint_q_out"))
    p.output("qd_out", FLOAT, (dofs,), ("joint_qd", "joint_qd_out"))
    p.output("flat_q_out", FLOAT, (worlds * coords,), ("joint_q", "joint_q_out"))
    p.output("qpos_out", FLOAT, (worlds, coords), ("qpos", "qpos_out"))
    for key, names in (
        ("dof_q_out", ("dof_pos_out", "joint_pos_out")),
        ("dof_qd_out", ("dof_vel_out", "joint_vel_out")),
        ("target_out", ("dof_pos_target", "joint_target_pos")),
        ("target_qd_out", ("dof_vel_target", "joint_target_vel")),
        ("effort_out", ("dof_effort", "joint_target_effort")),
    ):
        p.output(key, FLOAT, (n,), names)


def _declare_bodies(p: Program, n: int) -> None:
    """Bodies and their sleep, particles, and the environments whose roots are bodies."""
    items = 3 * (n + 1)
    p.starts("group_start", n + 1, 3, 2, ("island_start", "island_body_start"))
    p.places("group_items", items, 1, ("island_bodies", "island_body_ids"))
    for key, names in (
        ("asleep_in", ("body_asleep",)), ("is_kinematic", ("is_kinematic", "body_kinematic")),
        ("can_sleep", ("can_sleep", "allow_sleep")), ("teleports", ("teleported", "body_teleported")),
        ("can_respawn", ("can_respawn", "respawns")), ("is_recorded", ("is_recorded", "body_recorded")),
    ):  # fmt: skip
        p.array(key, FLAG, (0, 1), (items if key == "is_kinematic" else n,), names)
    p.array("asleep_all", FLAG, (0, 1), (items,), ("body_asleep",))
    p.array("woken", INT, (0, 1), (items,), ("body_woken", "wake_flags"))
    p.array("num_touching", INT, (0, 3), (n,), ("body_contact_count", "num_touching"))
    p.array("timer_in", FLOAT, (0, 1), (items,), ("sleep_timer", "body_sleep_timer"))
    p.array("inv_mass_all", FLOAT, (-0.4, 1), (items,), ("body_inv_mass",))
    for key, size, names in (
        ("body_qd_in", n, ("body_qd_in", "body_qd")), ("body_qd_next", n, ("body_qd_next", "body_qd_new")),
        ("com_qd", n, ("body_com_qd", "com_twist")), ("qd_all", items, ("body_qd_in", "body_qd")),
    ):  # fmt: skip
        p.array(key, SPATIAL, (-1, 1), (size,), names, element=_TWIST)
    for key, size, names in (
        ("body_q_in", n, ("body_q_in", "body_q")), ("body_q_next", n, ("body_q_next", "body_q_new")),
        ("body_target", n, ("body_target", "kinematic_target")), ("com_pose", n, ("body_com_q", "com_pose")),
        ("root_pose", n, ("root_pose", "root_state")), ("anchor_pose", 8, ("anchor_pose", "body_q")),
        ("emitter_pose", 8, ("emitter_pose", "emitter_xform")),
    ):  # fmt: skip
        p.array(key, FRAME, (-1, 1), (size,), names, element=_POSE)
    for key, size, names in (
        ("body_com", n, ("body_com",)), ("root_com", n, ("root_com",)), ("env_origin", n, ("env_origin", "env_offset")),
        ("root_lin_vel", n, ("root_lin_vel",)), ("root_ang_vel", n, ("root_ang_vel",)),
        ("x_new", n, ("x_new", "particle_q_new")), ("x_old", n, ("x_prev", "particle_q_prev")),
        ("x_target", n, ("spawn_pos", "spawn_offset")), ("x_pinned", n, ("pin_target", "pin_pos")),
        ("v_target", n, ("v_prescribed", "pin_velocity")),
        ("anchor_local", n, ("anchor_local", "attach_pos")), ("anchor_vel", 8, ("anchor_vel", "body_vel")),
    ):  # fmt: skip
        p.array(key, VEC, (-1, 1), (size,), names)
    p.array("anchor_of", INT, (-8, 7), (n,), ("anchor", "attached_body", "pin_body"))
    p.array("emitter_of", INT, (-3, 7), (n,), ("emitter_id", "particle_emitter"))
    p.array("emitting", FLAG, (0, 1), (8,), ("emitter_active", "emitter_enabled"))
    p.array("root_kind", INT, (0, 1), (n,), ("root_type", "base_type"))
    p.places("root_body", n, 2, ("root_body", "root_body_index"))
    p.array("life_of", FLOAT, (0.2, 1.2), (n,), ("lifetime", "particle_lifetime"))
    for key, bounds in (("max_lin_of", (0.5, 1.5)), ("max_ang_of", (0.5, 1.5))):
        named = {"max_lin_of": "max_linear_velocity", "max_ang_of": "max_angular_velocity"}[key]
        p.array(key, FLOAT, bounds, (n,), (f"body_{named}", named))
    for key, names in (
        ("in_body_frame", ("in_body_frame", "local_velocity")), ("in_world_frame", ("in_world_frame",)),
        ("write_velocity", ("write_velocity", "set_velocity")),
        ("normalize_rotations", ("normalize_rotations", "renormalize")),
    ):  # fmt: skip
        p.scalar(key, FLAG, (0, 1), names)
    for key, bounds, names, usual in (
        ("lin_threshold", (0.9, 1.5), ("linear_threshold", "sleep_linear_velocity"), ("1.0", "0.9")),
        ("ang_threshold", (0.9, 1.5), ("angular_threshold", "sleep_angular_velocity"), ("1.0", "0.9")),
        ("sleep_time", (0.3, 0.7), ("sleep_time", "time_to_sleep"), ("0.5",)),
        ("settle_damping", (0.3, 0.9), ("settle_damping", "rest_damping"), ("0.5", "0.9")),
        ("wake_speed", (0.5, 1), ("wake_velocity", "wake_speed"), ("0.8",)),
        ("max_lin", (0.6, 1.5), ("max_linear_velocity", "max_speed"), ("1.0",)),
        ("max_moved", (4, 10), ("max_velocity", "max_speed"), ("8.0", "5.0")),
        ("max_ang", (0.6, 1.5), ("max_angular_velocity", "max_spin"), ("1.0",)),
        ("max_jump", (0.5, 1.5), ("teleport_distance", "max_jump"), ("1.0",)),
        ("floor_z", (-0.8, 0), ("floor_height", "ground_z"), ("-0.5",)),
        ("scene_radius", (0.6, 1.4), ("scene_radius", "world_bound"), ("1.0",)),
        ("restitution", (0.2, 0.8), ("restitution", "bounciness"), ("0.5",)),
        ("emitter_size", (0.1, 1), ("emitter_size", "spawn_radius"), ("0.5",)),
        ("emit_speed", (0.5, 2), ("emit_speed", "spawn_speed"), ("1.0",)),
    ):
        p.number(key, bounds, names, usual)
    p.scalar("max_frames", INT, (1, 4), ("max_frames", "frame_limit", "frames_to_rest"))
    p.constants({"ROOT_FIXED": 0, "ROOT_FREE": 1})
    p.output("body_qd", SPATIAL, (n,), ("body_qd",), (-1, 1), element=_TWIST)
    p.output("body_q", FRAME, (n,), ("body_q",), (-1, 1), element=_POSE)
    p.output("safe_q", FRAME, (n,), ("body_q_safe", "last_good_q", "respawn_pose"), (-1, 1), element=_POSE)
    p.output("body_q_out", FRAME, (n,), ("body_q_out",), element=_POSE)
    p.output("body_qd_out", SPATIAL, (n,), ("body_qd_out",), element=_TWIST)
    p.output("qd_all_out", SPATIAL, (items,), ("body_qd_out",), element=_TWIST)
    p.output("body_q_all", FRAME, (2 * n,), ("body_q", "body_pose"), element=_POSE)
    p.output("body_qd_all", SPATIAL, (2 * n,), ("body_qd", "body_twist"), element=_TWIST)
    p.output("asleep", FLAG, (n,), ("body_asleep", "asleep"), (0, 1))
    p.output("asleep_out", FLAG, (items,), ("body_asleep_out", "asleep_out"))
    p.output("sleep_timer", FLOAT, (n,), ("sleep_timer", "body_sleep_timer"), (0, 1))
    p.output("timer_out", FLOAT, (n,), ("sleep_timer", "body_sleep_timer"))
    p.output("calm_frames", INT, (n,), ("calm_frames", "rest_frames"), (0, 4))
    p.output("lost_frames", INT, (n,), ("lost_frames", "bad_frames"), (0, 4))
    for key, names in (
        ("num_sleeping", ("num_sleeping", "sleeping_count")), ("num_clamped", ("num_clamped", "clamped_count")),
        ("num_dropped", ("num_dropped", "num_removed")),
    ):  # fmt: skip
        p.output(key, INT, (1,), names, (0, 3))
    p.output("num_reverted", INT, (_GROUPS,), ("num_reverted", "revert_count"), (0, 3))
    p.output("woken_out", INT, (n,), ("body_woken", "wake_flags"), (0, 1))
    p.output("particle_x", VEC, (n,), ("particle_x", "particle_q"), (-1, 1))
    p.output("particle_v", VEC, (n,), ("particle_v", "particle_qd"), (-1, 1))
    p.output("age_of", FLOAT, (n,), ("particle_age", "age"), (0, 1))
    p.output("flags_out", INT, (n,), ("particle_flags_out", "flags_out"))


def _declare_kept(p: Program, worlds: int, n: int) -> None:
    """What environments, and motions, have of several steps."""
    for key, names in (
        ("reset_mask", ("reset_mask", "done", "env_reset")), ("env_active", ("env_active", "active_mask")),
    ):  # fmt: skip
        p.array(key, FLAG, (0, 1), (worlds,), names)
    p.array("done", FLAG, (0, 1), (n,), ("done", "reset_mask", "env_reset"))
    p.scalar("keep_history", FLAG, (0, 1), ("keep_history", "preserve_history"))
    p.scalar("step", INT, (8, 40), ("step", "frame_id", "step_count"))
    p.array("frame", INT, (0, 40), (worlds,), ("frame", "step_count", "write_index"))
    p.array("episode_length", INT, (0, 4), (worlds,), ("episode_length", "progress"))
    p.array("delay_of", INT, (0, _HISTORY + 1), (worlds,), ("action_delay", "delay_steps", "latency"))
    p.array("delay_part", FLOAT, (-0.5, 1), (worlds,), ("delay_fraction", "latency_fraction"))
    p.array("obs", FLOAT, (-2, 2), (worlds, n), ("obs", "observations"))
    p.array("obs_rows", FLOAT, (-2, 2), (n, 3), ("obs", "observations", "frame_obs"))
    p.array("past", FLOAT, (-1, 1), (worlds, _HISTORY, n), ("action_history", "action_buffer"))
    p.array("default_action", FLOAT, (-1, 1), (n,), ("default_action", "rest_action"))
    p.number("clip_obs", (1, 1.8), ("clip_obs", "obs_clip"), ("1.5",))
    p.sizes(history_length=_HISTORY, obs_dim=3)
    p.output("history", FLOAT, (worlds, _HISTORY, n), ("history", "obs_history"), (-1, 1))
    p.output("stacked", FLOAT, (n, 3 * _HISTORY), ("stacked_obs", "obs_stack"), (-1, 1))
    p.output("delayed", FLOAT, (worlds, n), ("delayed_action", "action_out"))
    p.scalar("record_every", INT, (1, 3), ("record_every", "log_interval", "decimation"))
    p.scalar("log_length", INT, (5, 10), ("log_length", "max_frames"))
    p.output("last_pos", VEC, (n,), ("last_pos", "last_recorded_pos"), (-1, 1))
    p.output("pos_log", VEC, (10, n), ("pos_log", "trajectory"))
    p.output("rot_log", FOUR, (10, n), ("rot_log",), element="wp.quat")
    p.output("pose_log", FRAME, (10, n), ("pose_log", "trajectory"), element="wp.transform")
    p.output("qd_log", SPATIAL, (10, n), ("twist_log", "body_qd_log"), element="wp.spatial_vector")
    p.output("path_length", FLOAT, (n,), ("path_length", "distance_traveled"), (0, 1))
    keys = 6
    p.sizes(num_keys=keys)
    p.starts("key_times", keys, 1, 0.5, ("key_times", "keyframe_times"), kind=FLOAT)
    p.array("key_pos", VEC, (-1, 1), (keys, n), ("key_pos", "keyframe_pos"))
    p.array("key_rot", FOUR, (-1, 1), (keys, n), ("key_rot", "keyframe_rot"), element="wp.quat")
    p.array("time_of", FLOAT, (0, 8), (n,), ("motion_time", "track_time", "clip_time"))
    p.array("play_rate", FLOAT, (0.5, 1.5), (n,), ("play_rate", "playback_speed"))
    p.array("start_time", FLOAT, (0, 2), (n,), ("start_time", "motion_start"))
    p.array("playing", FLAG, (0, 1), (n,), ("playing", "track_active"))
    p.array("stepped", FLAG, (0, 1), (n,), ("is_stepped", "step_keys"))
    p.scalar("looped", FLAG, (0, 1), ("loop", "looped", "cyclic"))
    p.output("track_pos_out", VEC, (n,), ("track_pos", "pos_out", "bone_pos"))
    p.output("track_rot_out", FOUR, (n,), ("track_rot", "rot_out", "bone_rot"), element="wp.quat")


def _declare_carried(p: Program, n: int) -> None:
    """Contacts of the last step and of this one, and what is renumbered."""
    old = 16
    p.array("num_contacts", INT, (n // 2, n), (1,), ("contact_count", "num_contacts"))
    p.array("num_old", INT, (old // 2, old), (1,), ("prev_contact_count", "num_old_contacts"))
    p.array("contact_key", INT, (0, 3), (n,), ("contact_key", "contact_feature"))
    p.array("old_key", INT, (0, 3), (old,), ("prev_contact_key", "old_contact_feature"))
    p.array("contact_a", INT, (-4, n - 1), (n,), ("contact_body_a", "contact_body0"))
    p.array("contact_b", INT, (-4, n - 1), (n,), ("contact_body_b", "contact_body1"))
    p.array("contact_depth", FLOAT, (-0.1, 0.3), (n,), ("contact_depth", "penetration"))
    for key, size, names in (
        ("contact_point", n, ("contact_point", "contact_pos")), ("contact_normal", n, ("contact_normal",)),
        ("old_point", old, ("prev_contact_point", "old_contact_pos")),
        ("old_normal", old, ("prev_contact_normal", "old_contact_normal")),
        ("old_impulse", old, ("prev_impulse", "old_contact_impulse")),
        ("local_a", n, ("contact_local_a", "contact_point0")), ("local_b", n, ("contact_local_b", "contact_point1")),
        ("old_pos", 24, ("coarse_pos", "old_pos")), ("old_vel", 24, ("coarse_vel", "old_vel")),
    ):  # fmt: skip
        p.array(key, VEC, (-1, 1), (size,), names)
    p.number("match_radius", (0.6, 1.4), ("match_radius", "match_distance"), ("1.0",))
    p.number("min_cos", (-0.5, 0.5), ("min_normal_cos", "min_normal_dot"), ("0.0",))
    p.number("decay", (0.3, 0.9), ("decay", "warm_start_factor"), ("0.8", "0.5"))
    p.number("break_distance", (0.6, 1.6), ("break_distance", "breaking_threshold"), ("1.0",))
    p.constants({"CONTACT_FREE": 0, "CONTACT_NEAR": 1, "CONTACT_TOUCHING": 2})
    p.output("impulse_out", VEC, (n,), ("contact_impulse", "impulse_out"))
    p.output("impulse_kept", VEC, (n,), ("contact_impulse",), (-1, 1))
    p.output("match_out", INT, (n,), ("match_index", "matched_contact"))
    p.output("contact_state", INT, (n,), ("contact_state", "contact_status"), (0, 2))
    p.output("contact_age", INT, (n,), ("contact_age", "contact_lifetime"), (0, 9))
    p.output("gap_out", FLOAT, (n,), ("contact_gap", "contact_dist"))
    p.output("point_out", VEC, (n,), ("contact_world_point", "contact_pos"))
    p.array("tri_indices", TRIPLE, (0, 23), (n,), ("tri_indices", "triangles"))
    p.array("vertex_map", INT, (-4, 20), (24,), ("vertex_map", "vertex_remap", "new_vertex_id"))
    p.array("flipped", INT, (0, 1), (n,), ("flip_winding", "is_flipped"))
    p.output("tri_out", TRIPLE, (n,), ("tri_indices_out", "tri_out"), (0, 23))
    p.output("tri_alive", INT, (n,), ("tri_alive", "tri_valid"))
    size = 8
    p.array("cell_of", TRIPLE, (-1, size), (n,), ("cell_coords", "cell_ijk"))
    p.array("cell_active", FLAG, (0, 1), (n,), ("cell_active", "is_active"))
    p.array("density", FLOAT, (0.2, 2), (n,), ("density", "cell_density"))
    p.scalar("shift_by", TRIPLE, (-2, 2), ("shift", "window_shift"))
    for axis in "xyz":
        p.scalar(f"shift_{axis}", INT, (-2, 2), (f"shift_{axis}",))
    p.scalar("wraps_around", FLAG, (0, 1), ("periodic", "wrap"))
    p.sizes(grid_size=size)
    p.output("cell_out", TRIPLE, (n,), ("cell_coords_out", "cell_out"))
    p.output("density_out", FLOAT, (n,), ("density_out", "cell_density_out"), (0.2, 2))
    p.array("from_a", INT, (0, 23), (n,), ("parent_a", "vertex_parent0"))
    p.array("from_b", INT, (-12, 23), (n,), ("parent_b", "vertex_parent1"))
    p.array("split_at", FLOAT, (0, 1), (n,), ("split_at", "edge_weight"))
    p.array("pinned_old", FLAG, (0, 1), (24,), ("coarse_pinned", "is_pinned"))
    p.array("inv_mass_old", FLOAT, (0.2, 2), (24,), ("coarse_inv_mass", "old_inv_mass"))
    p.output("new_pos", VEC, (n,), ("fine_pos", "new_pos"))
    p.output("new_vel", VEC, (n,), ("fine_vel", "new_vel"))
    p.output("new_inv_mass", FLOAT, (n,), ("fine_inv_mass", "new_inv_mass"))
    p.array("pairs", PAIR, (-1, 23), (n,), ("contact_pair", "shape_pairs", "pairs"))
    p.array("shape_map", INT, (-6, 15), (24,), ("shape_map", "new_shape_id", "shape_remap"))
    p.array("is_fixed", FLAG, (0, 1), (16,), ("shape_static", "is_static"))
    p.array("shape_world", INT, (-1, 3), (16,), ("shape_world",))
    p.output("pairs_out", PAIR, (n,), ("contact_pair_out", "pairs_out"))
