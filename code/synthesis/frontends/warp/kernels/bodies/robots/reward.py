"""Bodies of reward for ``recipes/applications/robots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def reward(
    command, env, v_b, sigma, tracking, weight, w_b, yaw_weight, height_target, pos, height_weight, hop_weight,
    spin_weight, num_dofs, torques, joint_qd, energy_scale, actions, last_actions, action_weight, NUM_FEET,
    contact_force, contact_threshold, air_min, air_time, air_weight, last_contact, command_min, is_still, default_q,
    joint_q_now, stand_weight, done_in, penalty, dt, reward, episode_sum,
):
    #| one of
    # commands are two velocities and a turning rate
    ex = command[env][0] - v_b[0]
    ey = command[env][1] - v_b[1]
    err = ex * ex + ey * ey
    #| or
    d = wp.vec2(command[env][0] - v_b[0], command[env][1] - v_b[1])
    err = wp.dot(d, d)
    #| end
    total = weight * either(tracking(err, sigma), wp.exp(-err / sigma))
    #| some of
    # and turns as commanded
    ew = command[env][2] - w_b[2]
    total += yaw_weight * either(tracking(ew * ew, sigma), wp.exp(-ew * ew / sigma))
    #| and
    # keep the body at its height
    dz = pos[env][2] - height_target
    total -= either(height_weight * dz * dz, height_weight * wp.abs(dz))
    #| and
    #| one of
    # no vertical or rolling motion
    total -= hop_weight * v_b[2] * v_b[2]
    #| or
    total -= spin_weight * (w_b[0] * w_b[0] + w_b[1] * w_b[1])
    #| or
    total -= hop_weight * v_b[2] * v_b[2]
    total -= spin_weight * (w_b[0] * w_b[0] + w_b[1] * w_b[1])
    #| end
    #| and
    cost = float(0.0)
    for j in range(either(num_dofs, torques.shape[1])):
        cost += either(torques[env, j] * torques[env, j], wp.abs(torques[env, j] * joint_qd[env, j]))
    total -= energy_scale * cost
    #| and
    #| one of
    # changes of the action
    change = float(0.0)
    for j in range(either(num_dofs, actions.shape[1])):
        da = actions[env, j] - last_actions[env, j]
        change += da * da
    total -= action_weight * change
    #| or
    # air time is rewarded on touchdown
    for k in range(either(NUM_FEET, contact_force.shape[1])):
        #| one of
        #| one of
        if contact_force[env, k] > contact_threshold :
        #| or
        #: if contact_force[env, k] > contact_threshold and last_contact[env, k] == 0:
        #| end
            total += air_weight * (air_time[env, k] - air_min)
        #| or
        if contact_force[env, k] > contact_threshold:
            #? only where it has not stood before
            if last_contact[env, k] == 0:
                total += air_weight * (air_time[env, k] - air_min)
        #| or
        touching = contact_force[env, k] > contact_threshold
        if touching and not is_still(command[env], command_min):
            total += air_weight * (air_time[env, k] - air_min)
        #| end
    #| end
    #| and
    # standing command: deviation from the default pose is penalized
    if is_still(command[env], command_min):
        away = float(0.0)
        for j in range(num_dofs):
            away += wp.abs(joint_q_now[env, j] - default_q[j])
        total -= stand_weight * away
    #| and
    if done_in[env] == 1:
        total -= penalty
    #| end
    #| 0.5
    total = total * dt
    #| end
    reward[env] = total
    #| 0.3
    episode_sum[env] += total
    #| end
