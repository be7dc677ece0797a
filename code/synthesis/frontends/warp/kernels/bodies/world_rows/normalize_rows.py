"""Bodies of normalize_rows for ``recipes/applications/world_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def normalize_observations(
    TINY, i, obs, obs_mean, obs_std, obs_var, world, clamp_symmetric, clip_obs, obs_out, fixed_stats, noise,
    noise_scale, noise_level, constant_obs,
):
    #| one of
    x = (obs[world, i] - obs_mean[i]) / either(wp.sqrt(obs_var[i] + TINY), wp.max(obs_std[i], TINY), obs_std[i])
    obs_out[world, i] = either(clamp_symmetric(x, clip_obs), wp.min(wp.max(x, -clip_obs), clip_obs))
    #| or
    value = obs[world, i]
    #| one of
    if not fixed_stats:
        #? noise while training
        value += noise_scale * noise[world, i]
    #| or
    value += noise_level[i] * noise[world, i]
    #| end
    x = (value - obs_mean[i]) / obs_std[i]
    obs_out[world, i] = clamp_symmetric(x, clip_obs)
    #| or
    if constant_obs[i]:
        #? constant, so it is not scaled
        obs_out[world, i] = obs[world, i] - obs_mean[i]
        return
    obs_out[world, i] = (obs[world, i] - obs_mean[i]) / obs_std[i]
    #| end


def scale_actions(
    action, clamp_symmetric, i, world, env_active, is_locked, q_lower, q_upper, target_out, action_scale, q_default,
    reset, last_action, is_relative, q_in,
):
    #| one of
    a = clamp_symmetric(action[world, i], 1.0)
    #| 0.3
    #| one of
    if is_locked[i] or not env_active[world]:
    #| or
    #: if is_locked[i]:
    #| end
        a = 0.0
    #| end
    #| one of
    target_out[world, i] = q_lower[i] + 0.5 * (a + 1.0) * (q_upper[i] - q_lower[i])
    #| or
    middle = 0.5 * (q_lower[i] + q_upper[i])
    half = 0.5 * (q_upper[i] - q_lower[i])
    target_out[world, i] = middle + half * a
    #| end
    #| or
    #? offsets from the default pose
    target = q_default[i] + action_scale[i] * action[world, i]
    #| 0.4
    #| one of
    if is_locked[i]:
        target = q_default[i]
    #| or
    if reset[world] or not env_active[world]:
        target = q_default[i]
    #| end
    #| end
    target_out[world, i] = either(wp.clamp(target, q_lower[i], q_upper[i]), wp.min(wp.max(target, q_lower[i]), q_upper[i]))
    #| 0.4
    last_action[world, i] = action[world, i]
    #| end
    #| or
    #| one of
    if not env_active[world] or is_locked[i]:
        target_out[world, i] = q_default[i]
        return
    #| or
    #| end
    if is_relative:
        target_out[world, i] = q_in[world, i] + action_scale[i] * action[world, i]
    else:
        target_out[world, i] = q_default[i] + action_scale[i] * action[world, i]
    #| end


def scale_rewards(dt, i, reward_terms, reward_weight, world, term_sum, total_reward, only_positive):
    #| one of
    term = reward_weight[i] * reward_terms[world, i] * dt
    #| one of
    term_sum[world, i] += term
    #| or
    #| end
    wp.atomic_add(total_reward, world, term)
    #| or
    term = reward_weight[i] * reward_terms[world, i]
    #| one of
    if only_positive:
        term = wp.max(term, 0.0)
    #| or
    #| end
    term_sum[world, i] += term
    wp.atomic_add(total_reward, world, term)
    #| end


def limit_actions(
    action, action_scale, i, q_in, world, clamp_symmetric, q_default, last_target, max_rate, q_lower, q_upper,
    env_active, is_locked, target_out,
):
    #| one of
    target = q_in[world, i] + action_scale[i] * action[world, i]
    #| or
    target = q_default[i] + action_scale[i] * clamp_symmetric(action[world, i], 1.0)
    #| end
    #| one of
    #? no faster than the motor can follow
    step_of = clamp_symmetric(target - last_target[world, i], max_rate[i])
    target = last_target[world, i] + step_of
    #| 0.5
    target = wp.clamp(target, q_lower[i], q_upper[i])
    #| end
    #| or
    #? at its limit a joint can only move back
    if (q_in[world, i] >= q_upper[i] and target > q_in[world, i]) or (q_in[world, i] <= q_lower[i] and target < q_in[world, i]):
        target = q_in[world, i]
    #| or
    if wp.abs(target - last_target[world, i]) > max_rate[i]:
        if target > last_target[world, i]:
            target = last_target[world, i] + max_rate[i]
        else:
            target = last_target[world, i] - max_rate[i]
    #| end
    #| 0.4
    if not env_active[world] or is_locked[i]:
        target = q_default[i]
    #| end
    target_out[world, i] = target


def corrupt_observations(
    i, obs, world, fixed_stats, is_dropped, last_obs, obs_out, env_active, low_noise, noise_level, noise, resolution,
    clamp_symmetric, clip_obs,
):
    value = obs[world, i]
    #| one of
    if is_dropped[world, i] and not fixed_stats:
        #? a failed sensor repeats its last value
        obs_out[world, i] = last_obs[world, i]
        return
    #| or
    #? rarely
    if is_dropped[world, i] or not env_active[world]:
        obs_out[world, i] = last_obs[world, i]
        return
    #| end
    #| one of
    if noise_level[i] > low_noise and not fixed_stats:
        value += noise_level[i] * noise[world, i]
    #| or
    if not fixed_stats:
        value += noise_level[i] * noise[world, i]
    #| end
    #| 0.5
    # steps of the sensor
    value = wp.round(value / resolution[i]) * resolution[i]
    #| end
    obs_out[world, i] = either(clamp_symmetric(value, clip_obs), value, wp.clamp(value, -clip_obs, clip_obs))
