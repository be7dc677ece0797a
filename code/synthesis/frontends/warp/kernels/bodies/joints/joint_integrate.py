"""Bodies of joint_integrate for ``recipes/applications/joints.py``."""

import warp as wp


def joint_integrate(
    joint_enabled, tid, JOINT_PRISMATIC, JOINT_REVOLUTE, kind, SCALAR, JOINT_BALL, joint_qd_out, qd_start, dt,
    joint_qdd, joint_q, q_start, integrate_rotation, JOINT_FREE, JOINT_D6, dof_dim, EACH,
):
    #| 0.3
    if not joint_enabled[tid]:
        return
    #| end
    if kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE:
        SCALAR
    elif kind == JOINT_BALL:
        #| one of
        w = wp.vec3(joint_qd_out[qd_start], joint_qd_out[qd_start + 1], joint_qd_out[qd_start + 2])
        w += wp.vec3(joint_qdd[qd_start], joint_qdd[qd_start + 1], joint_qdd[qd_start + 2]) * dt
        #| or
        w = wp.vec3(0.0, 0.0, 0.0)
        for k in range(3):
            w[k] = joint_qd_out[qd_start + k] + joint_qdd[qd_start + k] * dt
        #| end
        q_j = wp.quat(joint_q[q_start], joint_q[q_start + 1], joint_q[q_start + 2], joint_q[q_start + 3])
        q_new = integrate_rotation(q_j, w, dt)
        for k in range(4):
            joint_q[q_start + k] = q_new[k]
        for k in range(3):
            joint_qd_out[qd_start + k] = w[k]
    #| 0.6
    elif kind == JOINT_FREE:
        #? linear part first, then the turning rate
        for k in range(6):
            joint_qd_out[qd_start + k] = joint_qd_out[qd_start + k] + joint_qdd[qd_start + k] * dt
        for k in range(3):
            joint_q[q_start + k] = joint_q[q_start + k] + joint_qd_out[qd_start + k] * dt
        w = wp.vec3(joint_qd_out[qd_start + 3], joint_qd_out[qd_start + 4], joint_qd_out[qd_start + 5])
        q_j = wp.quat(joint_q[q_start + 3], joint_q[q_start + 4], joint_q[q_start + 5], joint_q[q_start + 6])
        q_new = integrate_rotation(q_j, w, dt)
        for k in range(4):
            joint_q[q_start + 3 + k] = q_new[k]
    #| end
    #| 0.5
    elif kind == JOINT_D6:
        for k in range(dof_dim[tid, 0] + dof_dim[tid, 1]):
            EACH
    #| end
