"""Bodies of zero for ``recipes/applications/joints.py``."""


def zero(num_coords, tid, joint_q, q_start, JOINT_BALL, kind, JOINT_FREE, num_dofs, joint_qd_out, qd_start):
    # to zero, which for a quaternion is no rotation
    for k in range(num_coords[tid]):
        joint_q[q_start + k] = 0.0
    if kind == JOINT_BALL:
        joint_q[q_start + 3] = 1.0
    elif kind == JOINT_FREE:
        joint_q[q_start + 6] = 1.0
    for k in range(num_dofs[tid]):
        joint_qd_out[qd_start + k] = 0.0
