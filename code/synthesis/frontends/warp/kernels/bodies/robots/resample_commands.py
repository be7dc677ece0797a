"""Bodies of resample_commands for ``recipes/applications/robots.py``."""

import warp as wp


def resample_commands(
    env, flagged, progress, resample_steps, command_time, dt, hold_time, seed, still_share, command_out,
    command_lower, command_upper, command_min, is_still,
):
    #| one of
    #| one of
    if progress[env] % resample_steps != 0 and not flagged[env]:
    #| or
    #: if progress[env] % resample_steps != 0:
    #| end
        return
    #| or
    if not flagged[env] and command_time[env] > dt:
        command_time[env] = command_time[env] - dt
        return
    command_time[env] = hold_time
    #| end
    rng = wp.rand_init(seed, env)
    #| one of
    if wp.randf(rng) < still_share:
        #? some commands are zero
        command_out[env] = wp.vec3(0.0, 0.0, 0.0)
        return
    #| or
    #| end
    #| one of
    vx = wp.randf(rng, command_lower[0], command_upper[0])
    vy = wp.randf(rng, command_lower[1], command_upper[1])
    yaw = wp.randf(rng, command_lower[2], command_upper[2])
    #| or
    vx = command_lower[0] + (command_upper[0] - command_lower[0]) * wp.randf(rng)
    vy = command_lower[1] + (command_upper[1] - command_lower[1]) * wp.randf(rng)
    yaw = command_lower[2] + (command_upper[2] - command_lower[2]) * wp.randf(rng)
    #| end
    #| one of
    #? small values are treated as zero
    if vx * vx + vy * vy < command_min * command_min:
        vx = 0.0
        vy = 0.0
    command_out[env] = wp.vec3(vx, vy, yaw)
    #| or
    told = wp.vec3(vx, vy, yaw)
    if is_still(told, command_min):
        told = wp.vec3(0.0, 0.0, 0.0)
    command_out[env] = told
    #| or
    command_out[env] = wp.vec3(vx, vy, yaw)
    #| end
