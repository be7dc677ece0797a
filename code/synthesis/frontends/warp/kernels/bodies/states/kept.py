"""Bodies of kept for ``recipes/applications/states.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def push_history(
    history_length, step, env, frame, reset_mask, history, i, obs, env_active, episode_length, keep_history,
):
    #| one of
    entry = step % history_length
    #| or
    entry = frame[env] % history_length
    #| end
    #| one of
    if reset_mask[env]:
        #? the history before the reset is cleared
        for h in range(history_length):
            history[env, h, i] = either(obs[env, i], 0.0)
        #| 0.6
        history[env, entry, i] = obs[env, i]
        #| end
    else:
        history[env, entry, i] = obs[env, i]
    #| or
    if reset_mask[env]:
        for h in range(history_length):
            history[env, h, i] = obs[env, i]
        return
    #| 0.5
    if not env_active[env]:
        return
    #| end
    history[env, entry, i] = obs[env, i]
    #| or
    history[env, entry, i] = obs[env, i]
    #| one of
    if reset_mask[env] or episode_length[env] == 0:
        for h in range(history_length):
            if h != entry:
                history[env, h, i] = 0.0
    #| or
    if reset_mask[env] and not keep_history:
        for h in range(history_length):
            if h == entry:
                continue
            history[env, h, i] = 0.0
    #| end
    #| end


def delay_actions(
    env, env_active, reset_mask, delayed, i, delay_of, history_length, episode_length, default_action, ring_slot,
    step, past, delay_part,
):
    #| 0.5
    if either(not env_active[env], reset_mask[env] or not env_active[env]):
        #| one of
        delayed[env, i] = 0.0
        return
        #| or
        return
        #| end
    #| end
    #| one of
    lag = wp.min(delay_of[env], history_length - 1)
    #| or
    lag = delay_of[env]
    if lag >= history_length:
        lag = history_length - 1
    #| end
    #| one of
    #? there was no action so long ago
    if episode_length[env] < lag:
        delayed[env, i] = either(0.0, default_action[i])
        return
    entry = either((step + history_length - lag) % history_length, ring_slot(step, lag, history_length))
    delayed[env, i] = past[env, entry, i]
    #| or
    if episode_length[env] < lag:
        # there was no action so long ago
        delayed[env, i] = either(0.0, default_action[i])
    else:
        entry = either((step + history_length - lag) % history_length, ring_slot(step, lag, history_length))
        delayed[env, i] = past[env, entry, i]
    #| or
    entry = either(ring_slot(step, lag, history_length), (step - lag + history_length) % history_length)
    value = past[env, entry, i]
    #| 0.6
    # between two steps
    if delay_part[env] > 0.0 and lag + 1 < history_length:
        older = past[env, ring_slot(step, lag + 1, history_length), i]
        value = either(wp.lerp(value, older, delay_part[env]), value + delay_part[env] * (older - value))
    #| end
    delayed[env, i] = value
    #| end


def stack_frames(
    env_active, i, history_length, obs_dim, done, obs_rows, stacked, clamp_symmetric, clip_obs, keep_history,
):
    #| 0.4
    if not env_active[i]:
        return
    #| end
    size = history_length * obs_dim
    #| one of
    if done[i]:
        # all frames are the first one of the new episode
        for at in range(0, size, obs_dim):
            for k in range(obs_dim):
                stacked[i, at + k] = obs_rows[i, k]
    else:
        for at in range(size - obs_dim, 0, -obs_dim):
            for k in range(obs_dim):
                stacked[i, at + k] = stacked[i, at - obs_dim + k]
        for k in range(obs_dim):
            stacked[i, k] = obs_rows[i, k]
    #| or
    #? the oldest frame falls out
    for at in range(size - obs_dim, 0, -obs_dim):
        for k in range(obs_dim):
            stacked[i, at + k] = either(0.0 if done[i] else stacked[i, at - obs_dim + k], wp.where(done[i], 0.0, stacked[i, at - obs_dim + k]))
    for k in range(obs_dim):
        stacked[i, k] = either(clamp_symmetric(obs_rows[i, k], clip_obs), obs_rows[i, k])
    #| or
    if done[i] and not keep_history:
        for at in range(obs_dim, size, obs_dim):
            for k in range(obs_dim):
                stacked[i, at + k] = 0.0
    else:
        # from the end, so that no entry is overwritten
        for at in range(size - 1, obs_dim - 1, -1):
            stacked[i, at] = stacked[i, at - obs_dim]
    for k in range(obs_dim):
        stacked[i, k] = obs_rows[i, k]
    #| end


def record_trajectory(
    i, is_recorded, record_every, step, log_length, body_q_in, pos_log, rot_log, pose_log, body_qd_in, qd_log,
    last_pos, path_length,
):
    #| one of
    if step % record_every != 0 or not is_recorded[i]:
        return
    #| or
    if step % record_every != 0:
        return
    #| 0.6
    if not is_recorded[i]:
        return
    #| end
    #| end
    entry = (step // record_every) % log_length
    #| one of
    pos_log[entry, i] = wp.transform_get_translation(body_q_in[i])
    #| 0.6
    rot_log[entry, i] = wp.transform_get_rotation(body_q_in[i])
    #| end
    #| or
    pose_log[entry, i] = body_q_in[i]
    #| 0.6
    qd_log[entry, i] = body_qd_in[i]
    #| end
    #| end
    #| 0.4
    #? the first record has none before it
    if step >= record_every:
        shift = wp.transform_get_translation(body_q_in[i]) - last_pos[i]
        path_length[i] += wp.length(shift)
    last_pos[i] = wp.transform_get_translation(body_q_in[i])
    #| end


def sample_motion(
    i, playing, time_of, play_rate, start_time, key_times, num_keys, looped, key_phase, saturate, key_pos,
    track_pos_out, key_rot, track_rot_out, stepped,
):
    #| 0.5
    if not playing[i]:
        return
    #| end
    #| one of
    t = time_of[i]
    #| or
    t = either(time_of[i] * play_rate[i], time_of[i] - start_time[i])
    #| end
    #| one of
    last = key_times[num_keys - 1]
    #| one of
    if looped and t > last:
    #| or
    #: if looped :
    #| end
        t = t - last * wp.floor(t / last)
    #| or
    #| or
    t = wp.clamp(t, key_times[0], key_times[num_keys - 1])
    #| end
    #| one of
    key = int(0)
    while key + 2 < num_keys and key_times[key + 1] <= t:
        key += 1
    #| or
    low = int(0)
    high = int(num_keys - 1)
    while high - low > 1:
        middle = (low + high) // 2
        if key_times[middle] <= t:
            low = middle
        else:
            high = middle
    key = low
    #| or
    key = int(0)
    for k in range(1, num_keys - 1):
        if key_times[k] > t:
            break
        key = k
    #| end
    s = either(saturate((t - key_times[key]) / (key_times[key + 1] - key_times[key])), key_phase(t, key_times[key], key_times[key + 1]))
    #| 0.3
    # eases in and out
    s = s * s * (3.0 - 2.0 * s)
    #| end
    #| one of
    track_pos_out[i] = either(wp.lerp(key_pos[key, i], key_pos[key + 1, i], s), key_pos[key, i] * (1.0 - s) + key_pos[key + 1, i] * s)
    #| 0.7
    track_rot_out[i] = wp.quat_slerp(key_rot[key, i], key_rot[key + 1, i], s)
    #| end
    #| or
    #| one of
    if s >= 0.5 and stepped[i]:
    #| or
    #: if stepped[i]:
    #| end
        #| one of
        track_pos_out[i] = key_pos[key+ 1, i]
        #| or
        track_pos_out[i] = key_pos[key, i]
        #| end
    else:
        track_pos_out[i] = wp.lerp(key_pos[key, i], key_pos[key + 1, i], s)
    #| end
