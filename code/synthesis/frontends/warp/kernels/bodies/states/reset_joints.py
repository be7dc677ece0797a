"""Bodies of reset_joints for ``recipes/applications/states.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def reset_dofs_with_noise(
    CHOSEN, i, seed, lower, upper, pos_noise, q_default, has_limits, is_continuous, wrap_angle, dof_q_out, dof_qd_out,
    vel_noise, is_driven, target_out,
):
    CHOSEN
    rng = wp.rand_init(seed, i)
    #| one of
    q = wp.lerp(lower[i], upper[i], wp.randf(rng))
    #| or
    span = upper[i] - lower[i]
    q = lower[i] + span * wp.randf(rng, 0.1, 0.9)
    #| or
    #| one of
    q = q_default[i] + pos_noise * either((2.0 * wp.randf(rng) - 1.0), wp.randf(rng, -1.0, 1.0), wp.randn(rng))
    #| or
    q = q_default[i] * either(wp.randf(rng, 0.5, 1.5), (0.5 + wp.randf(rng)))
    #| end
    #| one of
    q = wp.clamp(q, lower[i], upper[i])
    #| or
    if has_limits[i]:
        q = wp.clamp(q, lower[i], upper[i])
    #| or
    #? the default for values out of reach
    if has_limits[i] and (q < lower[i] or q > upper[i]):
        q = q_default[i]
    #| or
    if is_continuous[i]:
        q = wrap_angle(q)
    else:
        q = wp.clamp(q, lower[i], upper[i])
    #| end
    #| end
    dof_q_out[i] = q
    dof_qd_out[i] = either(0.0, vel_noise * wp.randf(rng, -1.0, 1.0), vel_noise * wp.randn(rng))
    #| 0.5
    #| one of
    if is_driven[i]:
        target_out[i] = q
    #| or
    target_out[i] = q
    #| end
    #| end


def reset_joint_targets(
    CHOSEN, drive_mode, i, MODE_POSITION, dof_q, lower, target_out, upper, target_qd_out, MODE_VELOCITY,
    clamp_symmetric, dof_qd, max_speed, MODE_EFFORT, effort_out, MODE_NONE, is_driven, has_limits,
):
    CHOSEN
    mode = drive_mode[i]
    #| one of
    if mode == MODE_POSITION:
        #? holds the current position
        target_out[i] = either(dof_q[i], wp.clamp(dof_q[i], lower[i], upper[i]))
        #| 0.4
        target_qd_out[i] = 0.0
        #| end
    elif mode == MODE_VELOCITY:
        #| one of
        target_qd_out[i] = 0.0
        #| or
        target_qd_out[i] = clamp_symmetric(dof_qd[i], max_speed)
        #| end
    #| one of
    elif mode == MODE_EFFORT:
    #| or
    #: else:
    #| end
        effort_out[i] = 0.0
    #| or
    #? only what is driven has a target
    if mode == MODE_NONE or not is_driven[i]:
        target_out[i] = 0.0
        effort_out[i] = 0.0
        return
    if mode == MODE_POSITION:
        q = dof_q[i]
        #| one of
        if has_limits[i]:
            q = wp.clamp(q, lower[i], upper[i])
        #| or
        if has_limits[i] and q > upper[i]:
            q = upper[i]
        elif has_limits[i] and q < lower[i]:
            q = lower[i]
        #| end
        target_out[i] = q
    else:
        target_out[i] = 0.0
    #| end


def apply_mimic_joints(
    i, leader_of, enabled, dof_q, dof_q_out, dof_qd, dof_qd_out, follow_offset, follow_ratio, lower, upper,
    has_limits,
):
    leader = leader_of[i]
    #| 0.4
    #? a leader may be disabled
    if leader >= 0 and not enabled[leader]:
        return
    #| end
    #| one of
    #| one of
    if leader < 0 or not enabled[i]:
    #| or
    #: if leader < 0:
    #| end
        dof_q_out[i] = dof_q[i]
        dof_qd_out[i] = dof_qd[i]
        return
    #| or
    if leader < 0 or leader == i:
        return
    #| end
    q = follow_ratio[i] * dof_q[leader] + follow_offset[i]
    qd = follow_ratio[i] * dof_qd[leader]
    #| one of
    if q < lower[i]:
        q = lower[i]
        qd = wp.max(qd, 0.0)
    elif q > upper[i]:
        q = upper[i]
        qd = wp.min(qd, 0.0)
    #| or
    #? motion stops at the limit
    if (q <= lower[i] and qd < 0.0) or (q >= upper[i] and qd > 0.0):
        qd = 0.0
    q = wp.clamp(q, lower[i], upper[i])
    #| or
    if has_limits[i] and (q < lower[i] or q > upper[i]):
        q = wp.clamp(q, lower[i], upper[i])
        qd = 0.0
    #| end
    dof_q_out[i] = q
    dof_qd_out[i] = qd


def convert_qpos_to_joint_q(
    i, joint_enabled, wid, world_active, joint_type, q_start, coords_per_world, world_start, JOINT_FREE, flat_q_out,
    qpos, quat_from_wxyz, JOINT_BALL, JOINT_FIXED, q_ref,
):
    #| 0.6
    if either(not world_active[wid], not world_active[wid] or not joint_enabled[i]):
        return
    #| end
    kind = joint_type[i]
    adr = q_start[i]
    #| one of
    to = wid * coords_per_world + adr
    #| or
    to = world_start[wid] + adr
    #| end
    if kind == JOINT_FREE:
        for k in range(3):
            flat_q_out[to + k] = qpos[wid, adr + k]
        #| one of
        # the scalar part of the rotation comes first, and goes to the end
        for k in range(3):
            flat_q_out[to + 3 + k] = qpos[wid, adr + 4 + k]
        flat_q_out[to + 6] = qpos[wid, adr + 3]
        #| or
        rot = quat_from_wxyz(qpos[wid, adr + 3], qpos[wid, adr + 4], qpos[wid, adr + 5], qpos[wid, adr + 6])
        for k in range(4):
            flat_q_out[to + 3 + k] = rot[k]
        #| end
    elif kind == JOINT_BALL:
        #| one of
        rot = quat_from_wxyz(qpos[wid, adr], qpos[wid, adr + 1], qpos[wid, adr + 2], qpos[wid, adr + 3])
        for k in range(4):
            flat_q_out[to + k] = rot[k]
        #| or
        for k in range(3):
            flat_q_out[to + k] = qpos[wid, adr + 1 + k]
        flat_q_out[to + 3] = qpos[wid, adr]
        #| end
    #| one of
    elif kind != JOINT_FIXED:
    #| or
    #: elif kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE:
    #| end
        #| one of
        flat_q_out[to] = qpos[wid, adr]- q_ref[i]
        #| or
        flat_q_out[to] = qpos[wid, adr]
        #| end


def convert_joint_q_to_qpos(
    i, joint_enabled, wid, world_active, q_start, coords_per_world, world_start, joint_type, JOINT_FIXED, JOINT_FREE,
    flat_q, qpos_out, JOINT_BALL, q_ref, JOINT_PRISMATIC, JOINT_REVOLUTE,
):
    #| one of
    if not world_active[wid] or not joint_enabled[i]:
        return
    #| or
    if not world_active[wid]:
        return
    #| or
    #| end
    #| one of
    adr = q_start[i]
    src = wid * coords_per_world + adr
    #| or
    adr = q_start[i]
    src = world_start[wid] + adr
    #| end
    kind = joint_type[i]
    #| one of
    #| 0.6
    if kind == JOINT_FIXED:
        return
    #| end
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
    #| one of
    else:
    #| or
    #: elif kind != JOINT_FIXED:
    #| end
        #| one of
        qpos_out[wid, adr] = flat_q[src]+ q_ref[i]
        #| or
        qpos_out[wid, adr] = flat_q[src]
        #| end
    #| or
    if kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE:
        #| one of
        qpos_out[wid, adr] = flat_q[src]+ q_ref[i]
        #| or
        qpos_out[wid, adr] = flat_q[src]
        #| end
    elif kind == JOINT_BALL:
        qpos_out[wid, adr] = flat_q[src + 3]
        for k in range(3):
            qpos_out[wid, adr + 1 + k] = flat_q[src + k]
    elif kind == JOINT_FREE:
        #| one of
        for k in range(3):
            qpos_out[wid, adr + k] = flat_q[src + k]
            qpos_out[wid, adr + 4 + k] = flat_q[src + 3 + k]
        #| or
        for k in range(3):
            qpos_out[wid, adr + k] = flat_q[src + k]
        for k in range(3):
            qpos_out[wid, adr + 4 + k] = flat_q[src + 3 + k]
        #| end
        qpos_out[wid, adr + 3] = flat_q[src + 6]
    #| end


def copy_articulation_state(
    CHOSEN, art_start, i, JOINT_FIXED, joint_type, locked, is_selected, q_start, coord_count, q_init, q_out, qd_start,
    dof_count, qd_init, qd_out, JOINT_FREE, keep_root,
):
    CHOSEN
    #| one of
    start = art_start[i]
    end = art_start[i + 1]
    for joint in range(start, end):
    #| or
    #: for joint in range(art_start[i], art_start[i + 1]):
    #| end
        #| one of
        if locked[joint] or joint_type[joint] == JOINT_FIXED:
            continue
        #| or
        if locked[joint]:
            continue
        #| or
        if joint_type[joint] == JOINT_FIXED or not is_selected[joint]:
            continue
        #| end
        #| one of
        adr = q_start[joint]
        for k in range(coord_count(joint_type[joint])):
            q_out[adr + k] = q_init[adr + k]
        #| or
        q_at = q_start[joint]
        qd_at = qd_start[joint]
        for k in range(coord_count(joint_type[joint])):
            q_out[q_at + k] = q_init[q_at + k]
        for k in range(dof_count(joint_type[joint])):
            qd_out[qd_at + k] = either(qd_init[qd_at + k], 0.0)
        #| or
        adr = q_start[joint]
        kind = joint_type[joint]
        if kind == JOINT_FREE and keep_root:
            continue
        for k in range(coord_count(kind)):
            q_out[adr + k] = q_init[adr + k]
        #| end
