"""Bodies of copy_worlds for ``recipes/applications/world_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def reset_to_keyframe(i, is_locked, reset, world, key_of, q, q_default, qd, key_q, key_qd, age_out):
    if either(not reset[world], not reset[world] or is_locked[i]):
        return
    key = key_of[world]
    #| one of
    if key < 0:
        #? without a keyframe: the configuration of the model
        q[world, i] = q_default[i]
        #| one of
        qd[world, i] = 0.0
        #| or
        #| end
        return
    q[world, i] = key_q[key, i]
    qd[world, i] = key_qd[key, i]
    #| or
    q[world, i] = key_q[key, i]
    #| one of
    qd[world, i] = key_qd[key, i]
    #| or
    qd[world, i] = 0.0
    #| end
    #| 0.4
    if i == 0:
        age_out[world] = 0
    #| end
    #| or
    if key >= 0:
        q[world, i] = key_q[key, i]
        qd[world, i] = key_qd[key, i]
    else:
        q[world, i] = q_default[i]
        qd[world, i] = 0.0
    #| end


def copy_worlds(
    parent, world, env_active, i, q_in, q_out, noise, noise_scale, qd_in, qd_out, age_out, episode_age, is_locked,
    q_default, q_lower, q_upper, clamp_symmetric, max_qd, parents_all,
):
    #? each world continues from the state of its parent
    src = parent[world]
    #| one of
    #| one of
    if src < 0 or not env_active[world]:
    #| or
    #: if src < 0 or failed[src]:
    #| or
    #: if src < 0:
    #| end
        return
    #| one of
    q_out[world, i] = q_in[src, i]
    #| or
    q_out[world, i] = q_in[src, i]
    #| 0.4
    # copies are separated
    if src != world:
        q_out[world, i] = q_in[src, i] + noise_scale * noise[world, i]
    #| end
    #| end
    qd_out[world, i] = qd_in[src, i]
    #| 0.4
    if i == 0:
        age_out[world] = episode_age[src]
    #| end
    #| or
    #| one of
    if src < 0 or is_locked[i]:
    #| or
    #: if src < 0:
    #| end
        q_out[world, i] = q_default[i]
        qd_out[world, i] = 0.0
    else:
        #| one of
        q_out[world, i] = q_in[src, i]
        #| or
        q_out[world, i] = wp.clamp(q_in[src, i], q_lower[i], q_upper[i])
        #| end
        qd_out[world, i] = either(qd_in[src, i], 0.0, clamp_symmetric(qd_in[src, i], max_qd))
    #| 0.4
    if i == 0 and src >= 0:
        age_out[world] = episode_age[src]
    #| end
    #| or
    q_out[world, i] = q_in[parents_all[world], i]
    qd_out[world, i] = qd_in[parents_all[world], i]
    #| 0.4
    if i == 0:
        age_out[world] = episode_age[parents_all[world]]
    #| end
    #| end


def reorder_joints(
    i, order, q_default, q_in, q_out, world, clamp_symmetric, max_qd, qd_in, qd_out, vel_scale, env_active,
    order_or_none, joint_sign, action, last_action,
):
    #? from the order of the simulator to that of the policy
    at = order[i]
    #| one of
    #| one of
    q_out[world, i] = q_in[world, at]- q_default[at]
    #| or
    q_out[world, i] = q_in[world, at]
    #| end
    qd_out[world, i] = either(qd_in[world, at], qd_in[world, at] * vel_scale, clamp_symmetric(vel_scale * qd_in[world, at], max_qd))
    #| or
    #? -1 marks a joint that the policy does not control
    #| one of
    if order_or_none[i] < 0 or not env_active[world]:
    #| or
    #: if order_or_none[i] < 0:
    #| end
        q_out[world, i] = 0.0
        qd_out[world, i] = 0.0
        return
    q_out[world, i] = q_in[world, order_or_none[i]]
    qd_out[world, i] = qd_in[world, order_or_none[i]]
    #| or
    q_out[world, i] = joint_sign[i] * either(q_in[world, at], (q_in[world, at] - q_default[at]))
    qd_out[world, i] = either(joint_sign[i] * qd_in[world, at], joint_sign[i] * vel_scale * qd_in[world, at])
    #| end
    #| 0.3
    last_action[world, i] = action[world, at]
    #| end


def auto_reset_worlds(
    episode_age, failed, max_length, world, i, q_in, q_out, qd_in, qd_out, key_of, from_default, key_q, q_default,
    noise, noise_scale, q_lower, q_upper, keeps_pose,
):
    #| one of
    over = failed[world] or episode_age[world] >= max_length
    if not over:
    #| or
    #: if not failed[world] and episode_age[world] < max_length:
    #| end
        q_out[world, i] = q_in[world, i]
        qd_out[world, i] = qd_in[world, i]
        return
    #| one of
    key = key_of[world]
    #| one of
    if key >= 0 and not from_default:
    #| or
    #: if key >= 0 :
    #| end
        q_out[world, i] = key_q[key, i]
    else:
        q_out[world, i] = q_default[i]
    #| or
    q_out[world, i] = wp.clamp(q_default[i] + noise_scale * noise[world, i], q_lower[i], q_upper[i])
    #| or
    #? fallen over: it starts from where it stood safely
    if keeps_pose and key_of[world] >= 0:
        q_out[world, i] = key_q[key_of[world], i]
    else:
        q_out[world, i] = q_default[i]
    #| end
    qd_out[world, i] = 0.0


def copy_world_joints(parent, world, i, is_copied, is_locked, qd, qd_in, q, q_in, q_lower, q_upper, q_default):
    #| one of
    src = parent[world]
    if src < 0 or src == world:
        return
    #| or
    src = parent[world]
    if src == -1 or not is_copied[i]:
        return
    #| end
    #| one of
    #| 0.5
    if not is_locked[i]:
        qd[world, i] = qd_in[src, i]
    else:
        qd[world, i] = 0.0
    #| end
    q[world, i] = either(wp.clamp(q_in[src, i], q_lower[i], q_upper[i]), q_in[src, i])
    #| or
    value = q_in[src, i]
    if value < q_lower[i] or value > q_upper[i]:
        value = q_default[i]
    q[world, i] = value
    #| one of
    qd[world, i] = 0.0
    #| or
    #| end
    #| end
