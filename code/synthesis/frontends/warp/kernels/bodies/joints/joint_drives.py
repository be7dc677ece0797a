"""Bodies of joint_drives for ``recipes/applications/joints.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def joint_drives(
    joint_enabled, tid, num_dofs, joint_f_out, qd_start, JOINT_BALL, JOINT_FREE, kind, joint_f, drive_mode,
    DRIVE_NONE, DRIVE_POSITION, joint_q_in, q_start, target_q, JOINT_REVOLUTE, unlimited, wrap_angle, joint_qd,
    target_kd, target_ke, target_qd, DRIVE_VELOCITY, effort_limit, clamp_symmetric, num_saturated, velocity_limit,
):
    #| 0.4
    if not joint_enabled[tid]:
        for k in range(num_dofs[tid]):
            joint_f_out[qd_start + k] = 0.0
        return
    #| end
    #? joints with quaternions have no drive
    if kind == JOINT_BALL or kind == JOINT_FREE:
        for k in range(num_dofs[tid]):
            joint_f_out[qd_start + k] = joint_f[qd_start + k]
        return
    for k in range(num_dofs[tid]):
        dof = qd_start + k
        #| one of
        mode = drive_mode[dof]
        if mode == DRIVE_NONE:
            joint_f_out[dof] = joint_f[dof]
            continue
        tau = joint_f[dof]
        if mode == DRIVE_POSITION:
            #| one of
            err = target_q[dof] - joint_q_in[q_start + k]
            #| one of
            if unlimited[tid] and kind == JOINT_REVOLUTE:
                err = wrap_angle(err)
            #| or
            #| end
            tau += target_ke[dof] * err - target_kd[dof] * joint_qd[dof]
            #| or
            tau += target_ke[dof] * (target_q[dof] - joint_q_in[q_start + k]) - target_kd[dof] * joint_qd[dof]
            #| end
        #| one of
        else:
            tau += target_kd[dof] * (target_qd[dof] - joint_qd[dof])
        #| or
        #: elif mode == DRIVE_VELOCITY:
        #:     tau += target_kd[dof] * (target_qd[dof] - joint_qd[dof])
        #| end
        #| or
        tau = joint_f[dof]
        if (drive_mode[dof] & DRIVE_POSITION) != 0:
            tau += target_ke[dof] * (target_q[dof] - joint_q_in[q_start + k])
        if (drive_mode[dof] & DRIVE_VELOCITY) != 0:
            tau += target_kd[dof] * (target_qd[dof] - joint_qd[dof])
        #| end
        #| one of
        #? 0 is no limit
        if effort_limit[dof] > 0.0:
            tau = clamp_symmetric(tau, effort_limit[dof])
        #| or
        if effort_limit[dof] > 0.0 and wp.abs(tau) > effort_limit[dof]:
            tau = wp.sign(tau) * effort_limit[dof]
            #| one of
            wp.atomic_add(num_saturated, 0, 1)
            #| or
            #| end
        #| or
        if effort_limit[dof] > 0.0:
            top = effort_limit[dof]
            #? available torque falls with speed; braking has all of it
            if velocity_limit[dof] > 0.0 and tau * joint_qd[dof] > 0.0:
                top = top * wp.max(1.0 - wp.abs(joint_qd[dof]) / velocity_limit[dof], 0.0)
            tau = either(clamp_symmetric(tau, top), clamp_symmetric(tau, top), wp.clamp(tau, -top, top))
        #| or
        #| end
        joint_f_out[dof] = tau
