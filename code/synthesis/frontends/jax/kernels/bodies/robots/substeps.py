"""Bodies of substeps for ``recipes/applications/robots.py``."""

import jax.numpy as jnp


def substeps(
    action, action_scale, default_pose, joint_limits, decimation, kd, kp, pd_torque, q, qd, motor_strength,
    max_torque, dt, friction, inertia, max_speed,
):
    target = default_pose + action_scale * action
    #| 0.5
    if joint_limits is not None:
        low, high = joint_limits
        target = jnp.clip(target, low, high)
    #| end
    #? 0.5 several small steps per action
    for _ in range(decimation):
        torque = pd_torque(q, qd, target, kp, kd)
        #| 0.4
        if motor_strength is not None:
            torque = motor_strength * torque
        #| end
        #| 0.6
        if max_torque is not None:
            torque = jnp.clip(torque, -max_torque, max_torque)
        #| end
        #| one of
        qd = qd + dt * (torque - friction * qd) / inertia
        #| or
        acc = (torque - friction * qd) / inertia
        qd = qd + dt * acc
        #| end
        #| 0.4
        if max_speed is not None:
            qd = jnp.clip(qd, -max_speed, max_speed)
        #| end
        q = q + dt * qd
    #| one of
    return q, qd
    #| or
    return q, qd, torque
    #| end
