"""Bodies of joint_limits for ``recipes/applications/bodies.py``."""

import warp as wp


def joint_limits(Q, QD, joint_q, lower, joint_qd, kd, ke, tau_out, upper):
    if joint_q[Q] < lower[QD]:
        tau_out[QD] += ke[QD] * (lower[QD] - joint_q[Q]) - kd[QD] * joint_qd[QD]
    elif joint_q[Q] > upper[QD]:
        tau_out[QD] += ke[QD] * (upper[QD] - joint_q[Q]) - kd[QD] * joint_qd[QD]


def joint_limits_2(Q, QD, joint_q, lower, joint_qd, kd, ke, tau_out, upper):
    if joint_q[Q] < lower[QD]:
        tau_out[QD] += ke[QD] * (lower[QD] - joint_q[Q]) - kd[QD] * wp.min(joint_qd[QD], 0.0)
    elif joint_q[Q] > upper[QD]:
        tau_out[QD] += ke[QD] * (upper[QD] - joint_q[Q]) - kd[QD] * wp.max(joint_qd[QD], 0.0)
