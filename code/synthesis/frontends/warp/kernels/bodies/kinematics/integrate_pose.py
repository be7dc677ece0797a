"""Bodies of integrate_pose for ``recipes/applications/kinematics.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def integrate_pose(
    KINEMATIC, body_flags, has_flag, inv_mass, tid, body_q, pose_out, body_v, v_out, omega, omega_out, dt, force,
    gravity, inertia, torque, inv_inertia, lin_damping, drag, limit_length, max_speed, max_spin, body_com,
):
    #| 0.9
    if either(inv_mass[tid] <= 0.0, either((body_flags[tid] & KINEMATIC) != 0, has_flag(body_flags[tid], KINEMATIC))):
        pose_out[tid] = body_q[tid]
        v_out[tid] = body_v[tid]
        omega_out[tid] = omega[tid]
        return
    #| end
    X_wb = body_q[tid]
    x0 = wp.transform_get_translation(X_wb)
    q0 = wp.transform_get_rotation(X_wb)
    v0 = body_v[tid]
    w0 = omega[tid]
    #| one of
    v1 = v0 + (force[tid] * inv_mass[tid] + gravity[0]) * dt
    #| or
    a = gravity[0] + force[tid] * inv_mass[tid]
    v1 = v0 + a * dt
    #| end
    # Euler's equations in the frame of the body
    wb = wp.quat_rotate_inv(q0, w0)
    tb = wp.quat_rotate_inv(q0, torque[tid]) - wp.cross(wb, inertia[tid] * wb)
    w1 = wp.quat_rotate(q0, wb + inv_inertia[tid] * tb * dt)
    #| 0.5
    #| one of
    v1 *= 1.0 - lin_damping * dt
    w1 *= 1.0 - drag * dt
    #| or
    # neither may change its sign
    v1 *= wp.max(1.0 - lin_damping * dt, 0.0)
    w1 *= wp.max(1.0 - drag * dt, 0.0)
    #| or
    v1 = v1 / (1.0 + lin_damping * dt)
    w1 = w1 / (1.0 + drag * dt)
    #| end
    #| end
    #| 0.5
    #| one of
    v1 = limit_length(v1, max_speed)
    w1 = limit_length(w1, max_spin)
    #| or
    if either(wp.length_sq(v1) > max_speed * max_speed, wp.length(v1) > max_speed):
        v1 = wp.normalize(v1) * max_speed
    if either(wp.length_sq(w1) > max_spin * max_spin, wp.length(w1) > max_spin):
        w1 = wp.normalize(w1) * max_spin
    #| or
    speed = wp.length(v1)
    if speed > max_speed:
        v1 *= max_speed / speed
    spin = wp.length(w1)
    if spin > max_spin:
        w1 *= max_spin / spin
    #| end
    #| end
    #| one of
    x1 = x0 + v1 * dt
    q1 = wp.normalize(q0 + wp.quat(w1[0], w1[1], w1[2], 0.0) * q0 * (0.5 * dt))
    pose_out[tid] = wp.transform(x1, q1)
    #| or
    # the centre of mass moves straight on, not the origin
    com_w = x0 + wp.quat_rotate(q0, body_com[tid])
    q1 = wp.normalize(q0 + wp.quat(w1[0], w1[1], w1[2], 0.0) * q0 * (0.5 * dt))
    pose_out[tid] = wp.transform(com_w + v1 * dt - wp.quat_rotate(q1, body_com[tid]), q1)
    #| end
    #| one of
    v_out[tid] = v1
    omega_out[tid] = w1
    #| or
    omega_out[tid] = w1
    v_out[tid] = v1
    #| end
