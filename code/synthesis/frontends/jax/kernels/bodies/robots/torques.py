"""Bodies of torques for ``recipes/applications/robots.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def torques(
    control, action, action_scale, default_pose, joint_limits, soft_limit, kd, kp, pd_torque, q, qd, max_delta,
    motor_strength, max_torque, saturation, max_speed,
):
    #| one of
    if control == 'position':
        target = default_pose + action_scale * action
        #| 0.5
        if joint_limits is not None:
            low, high = joint_limits
            #? 0.5 soft joint limits
            middle, half = 0.5 * (low + high), 0.5 * soft_limit * (high - low)
            target = jnp.clip(target, middle - half, middle + half)
        #| end
        torque = either(pd_torque(q, qd, target, kp, kd), kp * (target - q) - kd * qd)
    elif control == 'velocity':
        torque = kd * (action_scale * action - qd) + kp * (default_pose - q)
    elif control == 'torque':
        #? 0.5 around the holding torques
        torque = action_scale * action + pd_torque(q, qd, default_pose, kp, kd)
    else:
        raise ValueError(f'unknown kind of control {control}')
    #| or
    target = default_pose + action_scale * action
    #| one of
    if joint_limits is not None:
        low, high = joint_limits
        target = jnp.clip(target, low, high)
    #| or
    #| end
    torque = either(pd_torque(q, qd, target, kp, kd), kp * (target - q) - kd * qd)
    #| or
    #? 0.5 largest displacement of a joint in one step
    target = q + jnp.clip(default_pose + action_scale * action - q, -max_delta, max_delta)
    torque = pd_torque(q, qd, target, kp, kd)
    #| end
    #| 0.5
    if motor_strength is not None:
        #? 0.5 randomized motor strength
        torque = motor_strength * torque
    #| end
    #| 0.6
    if max_torque is not None:
        #| one of
        if saturation:
            #? 0.5 torque-speed curve
            room = jnp.clip(1.0 - jnp.abs(qd) / max_speed, 0.0, 1.0)
            torque = jnp.clip(torque, -max_torque * room, max_torque * room)
        else:
            torque = jnp.clip(torque, -max_torque, max_torque)
        #| or
        torque = jnp.clip(torque, -max_torque, max_torque)
        #| end
    #| end
    #| one of
    return torque
    #| or
    return torque
    #| or
    power = either(jnp.sum(jnp.abs(torque * qd), axis=-1), jnp.sum(jnp.maximum(torque * qd, 0.0), axis=-1))
    return torque, power
    #| or
    #: return torque, {'action': action, 'power': jnp.sum(jnp.abs(torque * qd), axis=-1)}
    #| end
