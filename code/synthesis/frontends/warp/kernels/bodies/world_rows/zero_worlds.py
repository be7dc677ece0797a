"""Bodies of zero_worlds for ``recipes/applications/world_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def reset_worlds(
    env_active, reset, world, i, noise, noise_scale, q, q_default, q_lower, q_upper, qd, last_action, episode_length,
):
    #| one of
    #| one of
    if not reset[world] or not env_active[world]:
    #| or
    #: if not reset[world] or is_locked[i]:
    #| or
    #: if not reset[world]:
    #| end
        return
    q[world, i] = either(q_default[i], q_default[i] + noise_scale * noise[world, i], wp.clamp(q_default[i] + noise_scale * noise[world, i], q_lower[i], q_upper[i]))
    qd[world, i] = 0.0
    #| one of
    last_action[world, i] = 0.0
    #| or
    #| end
    #| one of
    # once for each world
    if i == 0:
        episode_length[world] = 0
    #| or
    #| end
    #| or
    if reset[world]:
        q[world, i] = either(q_default[i], q_default[i] + noise_scale * noise[world, i])
        qd[world, i] = 0.0
        #| one of
        last_action[world, i] = 0.0
        #| or
        #| end
    #| end


def update_air_time(
    reset, world, air_time, i, touching, last_air_time, dt, landed, env_active, contact_time, contact_dist,
):
    #| one of
    if reset[world]:
        air_time[world, i] = 0.0
        return
    if touching[world, i]:
        #| one of
        # the length of the flight that has ended
        if air_time[world, i] > 0.0:
            last_air_time[world, i] = air_time[world, i]
        #| or
        #| end
        air_time[world, i] = 0.0
    else:
        air_time[world, i] += dt
    #| or
    #| one of
    #? it was in the air until now
    landed[world, i] = touching[world, i] and air_time[world, i] > 0.0
    #| or
    #| end
    if reset[world] or touching[world, i]:
        air_time[world, i] = 0.0
    else:
        air_time[world, i] += dt
    #| or
    #| one of
    if reset[world] or not env_active[world]:
    #| or
    #: if reset[world]:
    #| end
        air_time[world, i] = 0.0
        contact_time[world, i] = 0.0
    #| one of
    elif touching[world, i] or contact_dist[world, i] < 0.0:
    #| or
    #: elif touching[world, i]:
    #| end
        #| 0.4
        last_air_time[world, i] = air_time[world, i]
        #| end
        air_time[world, i] = 0.0
        contact_time[world, i] += dt
    else:
        air_time[world, i] += dt
        contact_time[world, i] = 0.0
    #| end


def update_actions(reset, world, i, last_action, filtered, action, action_scale, clamp_symmetric, smoothing):
    #| one of
    if reset[world]:
        #? actions of the last episode are discarded
        last_action[world, i] = 0.0
        filtered[world, i] = 0.0
        return
    a = either(clamp_symmetric(action[world, i], 1.0), action_scale[i] * action[world, i])
    filtered[world, i] = smoothing * filtered[world, i] + (1.0 - smoothing) * a
    last_action[world, i] = a
    #| or
    a = clamp_symmetric(action[world, i], 1.0)
    if reset[world]:
        filtered[world, i] = a
    else:
        #| one of
        filtered[world, i] += (1.0 - smoothing) * (a - filtered[world, i])
        #| or
        filtered[world, i] = smoothing * filtered[world, i] + (1.0 - smoothing) * a
        #| end
    #| end


def randomize_masses(
    i, is_random, reset, world, num_items, seed, scale_high, scale_low, body_mass, world_mass, body_inertia,
    world_inertia, added_mass,
):
    #| one of
    if not reset[world] or not is_random[i]:
        return
    #| or
    if not reset[world]:
        return
    #| end
    rng = wp.rand_init(seed, world * num_items + i)
    #| one of
    scale = either(wp.randf(rng, scale_low, scale_high), scale_low + (scale_high - scale_low) * wp.randf(rng))
    world_mass[world, i] = scale * body_mass[i]
    #| 0.5
    # inertia scales with mass
    world_inertia[world, i] = scale * body_inertia[i]
    #| end
    #| or
    #| one of
    added = wp.randf(rng, 0.0, added_mass)
    world_mass[world, i] = body_mass[i] + added
    #| or
    world_mass[world, i] = wp.max(body_mass[i] + added_mass * (2.0 * wp.randf(rng) - 1.0), 0.1 * body_mass[i])
    #| end
    #| end


def push_worlds(
    is_pushed, push_every, step, world, failed, i, num_items, seed, push_speed, qd, clamp_symmetric, max_qd,
    is_locked,
):
    #| one of
    if step % push_every != 0 or not is_pushed[world]:
        return
    #| or
    if (step + world) % push_every != 0:
        return
    #| or
    if step % push_every != 0:
        return
    #| one of
    if not is_pushed[world] or failed[world]:
    #| or
    #: if not is_pushed[world] :
    #| end
        return
    #| end
    rng = wp.rand_init(seed + step, world * num_items + i)
    #| one of
    qd[world, i] += push_speed * either(wp.randf(rng, -1.0, 1.0), (2.0 * wp.randf(rng) - 1.0))
    #| or
    kick = push_speed * either(wp.randn(rng), wp.randf(rng, -1.0, 1.0))
    qd[world, i] = clamp_symmetric(qd[world, i] + kick, max_qd)
    #| or
    if is_locked[i]:
        qd[world, i] = 0.0
    else:
        qd[world, i] += push_speed * wp.randf(rng, -1.0, 1.0)
    #| end


def resample_commands(
    dt, i, time_left, world, reset, num_items, seed, hold_time, q_lower, q_upper, dead_zone, stand_share, command,
):
    #| one of
    time_left[world, i] -= dt
    if time_left[world, i] > 0.0 and not reset[world]:
        return
    #| or
    left = time_left[world, i] - dt
    if left > 0.0 and not reset[world]:
        time_left[world, i] = left
        return
    #| end
    rng = wp.rand_init(seed, world * num_items + i)
    time_left[world, i] = either(wp.randf(rng, 1.0, 3.0), hold_time * wp.randf(rng, 0.5, 1.5))
    value = q_lower[i] + (q_upper[i] - q_lower[i]) * wp.randf(rng)
    #| one of
    #? too small for a command
    if wp.abs(value) < dead_zone:
        value = 0.0
    #| or
    if wp.abs(value) < dead_zone or wp.randf(rng) < stand_share:
        value = 0.0
    #| end
    command[world, i] = value
