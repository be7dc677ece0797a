"""Bodies of reset_envs for ``recipes/applications/robots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def reset_envs(
    env, flagged, mask, start_of, num_dofs, q_out, start_q, qd_out, start_qd, offset, origins, pos_out, rot_out,
    start_rot, start_vel, vel_out, spin_out, start_spin, noise, scale_noise, lower, upper, randomize, default_q,
    qd_noise, speed_noise, spawn_height, progress_io, episode_return,
):
    if either(mask[env] == 0, not flagged[env], mask[env] != 1):
        return
    #| one of
    #? in the middle of a motion, with all the velocities that it has there
    frame = start_of[env]
    for j in range(either(num_dofs, q_out.shape[1])):
        q_out[env, j] = start_q[frame, j]
        qd_out[env, j] = start_qd[frame, j]
    pos_out[env] = origins[env] + offset[frame]
    rot_out[env] = start_rot[frame]
    vel_out[env] = start_vel[frame]
    spin_out[env] = start_spin[frame]
    #| or
    #? at rest in one of some poses
    frame = start_of[env]
    for j in range(either(num_dofs, q_out.shape[1])):
        #| one of
        q_out[env, j] = start_q[frame, j]
        #| or
        q = start_q[frame, j] + scale_noise * noise[env, j]
        q_out[env, j] = wp.clamp(q, lower[j], upper[j])
        #| or
        q = float(start_q[frame, j])
        if randomize != 0:
            q = wp.clamp(q + scale_noise * noise[env, j], lower[j], upper[j])
        q_out[env, j] = q
        #| end
        qd_out[env, j] = 0.0
    pos_out[env] = origins[env] + offset[frame]
    rot_out[env] = start_rot[frame]
    vel_out[env] = wp.vec3(0.0, 0.0, 0.0)
    spin_out[env] = wp.vec3(0.0, 0.0, 0.0)
    #| or
    #? around the default pose
    for j in range(either(num_dofs, q_out.shape[1])):
        #| one of
        q_out[env, j] = default_q[j] + scale_noise * noise[env, j]
        #| or
        q_out[env, j] = wp.clamp(default_q[j] + scale_noise * noise[env, j], lower[j], upper[j])
        #| end
        qd_out[env, j] = either(0.0, speed_noise * qd_noise[env, j])
    #| 0.7
    #? above the ground by the length of the legs
    pos_out[env] = origins[env] + wp.vec3(0.0, 0.0, spawn_height)
    rot_out[env] = wp.quat_identity()
    vel_out[env] = wp.vec3(0.0, 0.0, 0.0)
    spin_out[env] = wp.vec3(0.0, 0.0, 0.0)
    #| end
    #| end
    progress_io[env] = 0
    #| 0.3
    episode_return[env] = 0.0
    #| end
