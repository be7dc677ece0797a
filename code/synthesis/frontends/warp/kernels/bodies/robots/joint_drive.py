"""Bodies of joint_drive for ``recipes/applications/robots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def eval_joint_drives(
    env, j, modes, joint_q, joint_qd, MODE_POSITION, target, continuous, wrap_angle, dead_zone, kd, kp, target_qd,
    MODE_VELOCITY, MODE_TORQUE, gear, MODE_NONE, gravity_comp, LIMITED, tau_out,
):
    mode = modes[env, j]
    q = joint_q[env, j]
    qd = joint_qd[env, j]
    tau = float(0.0)
    if mode == MODE_POSITION:
        err = target[env, j] - q
        #| 0.5
        #| one of
        if continuous[j] == 1:
            err = wrap_angle(err)
        #| or
        if wp.abs(err) < dead_zone:
            err = 0.0
        #| end
        #| end
        tau = either(kp[j] * err - kd[j] * qd, kp[j] * err + kd[j] * (target_qd[env, j] - qd))
    elif mode == MODE_VELOCITY:
        tau = kd[j] * (target[env, j] - qd)
    elif mode == MODE_TORQUE:
        tau = either(target[env, j], gear[j] * target[env, j])
    #| 0.4
    # a disabled motor gives no torque
    if mode != MODE_NONE:
        tau += gravity_comp[env, j]
    #| end
    LIMITED
    tau_out[env, j] = tau


def pd_control(broken, env, j, tau_out, joint_q, joint_qd, target, kd, kp, target_qd, dt, gravity_comp, LIMITED, power):
    #| 0.3
    if broken[env, j]:
        tau_out[env, j] = 0.0
        return
    #| end
    q = joint_q[env, j]
    qd = joint_qd[env, j]
    #| one of
    err = target[env, j] - q
    tau = kp[j] * err + kd[j] * (target_qd[env, j] - qd)
    #| or
    # with the position at the end of the step, which stays stable
    err = target[env, j] - (q + dt * qd)
    tau = kp[j] * err - kd[j] * qd
    #| or
    tau = kp[j] * (target[env, j] - q) - kd[j] * qd
    #| end
    #| 0.6
    tau += gravity_comp[env, j]
    #| end
    LIMITED
    #| one of
    tau_out[env, j] = tau
    #| or
    tau_out[env, j] = tau
    #| or
    tau_out[env, j] = tau
    wp.atomic_add(power, env, wp.abs(tau * qd))
    #| end


def pid_control(
    env, j, joint_qd, joint_q, target, integral, step_count, clamp_symmetric, dt, max_integral, kd, ki, kp, effort,
    LIMITED, tau_out,
):
    qd = joint_qd[env, j]
    err = target[env, j] - joint_q[env, j]
    #| one of
    # the history before the reset is cleared
    total = float(integral[env, j])
    if step_count[env] == 0:
        total = 0.0
    #| or
    total = float(integral[env, j])
    #| end
    #| one of
    total = clamp_symmetric(total + err * dt, max_integral)
    tau = kp[j] * err + ki[j] * total - kd[j] * qd
    integral[env, j] = total
    #| or
    tau = kp[j] * err + ki[j] * (total + err * dt) - kd[j] * qd
    # no integral windup while the motor is saturated
    if wp.abs(tau) < effort[j] or tau * err < 0.0:
        total += err * dt
    integral[env, j] = total
    #| end
    LIMITED
    tau_out[env, j] = tau


def eval_passive_forces(
    env, j, joint_q, joint_qd, damping, default_q, spring_ke, lower, limit_kd, limit_ke, upper, clamp_symmetric,
    friction, static_speed, passive, tau_sum,
):
    q = joint_q[env, j]
    qd = joint_qd[env, j]
    tau = -damping[j] * qd
    #| 0.6
    tau -= spring_ke[j] * (q - default_q[j])
    #| end
    #| one of
    if q < lower[j]:
        #? a limit pushes, but does not pull
        tau += wp.max(limit_ke * (lower[j] - q) - limit_kd * qd, 0.0)
    elif q > upper[j]:
        tau += wp.min(limit_ke * (upper[j] - q) - limit_kd * qd, 0.0)
    #| or
    if q < lower[j]:
        tau += limit_ke * (lower[j] - q) - limit_kd * wp.min(qd, 0.0)
    elif q > upper[j]:
        tau += limit_ke * (upper[j] - q) - limit_kd * wp.max(qd, 0.0)
    #| end
    #| 0.6
    # dry friction, smooth around standstill
    tau -= friction[j] * clamp_symmetric(qd / static_speed, 1.0)
    #| end
    #| one of
    passive[env, j] = tau
    #| or
    tau_sum[env, j] += tau
    #| or
    passive[env, j] = tau
    #| end
