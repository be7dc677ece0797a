"""Bodies of joint_integration for ``recipes/applications/bodies.py``."""

import warp as wp


def joint_integration(QD, dt, joint_qd, joint_qdd, Q, joint_q, lower, upper):
    v = joint_qd[QD] + joint_qdd[QD] * dt
    q_next = joint_q[Q] + v * dt
    if q_next < lower[QD]:
        q_next = lower[QD]
        v = wp.max(v, 0.0)
    elif q_next > upper[QD]:
        q_next = upper[QD]
        v = wp.min(v, 0.0)
    joint_q[Q] = q_next
    joint_qd[QD] = v
