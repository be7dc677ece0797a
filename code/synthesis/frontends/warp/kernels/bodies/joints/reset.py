"""Bodies of reset for ``recipes/applications/joints.py``."""

from synthesis.drawing.kernel_files.words import either


def reset(num_coords, q_start, tid, default_q, joint_q, num_dofs, default_qd, joint_qd_out, qd_start):
    # coordinates and velocities of a joint are contiguous
    #| one of
    for k in range(q_start, q_start + num_coords[tid]):
        joint_q[k] = default_q[k]
    #| or
    for k in range(num_coords[tid]):
        joint_q[q_start + k] = default_q[q_start + k]
    #| end
    #| one of
    for k in range(num_dofs[tid]):
        joint_qd_out[qd_start + k] = either(0.0, default_qd[qd_start + k])
    #| or
    for k in range(qd_start, qd_start + num_dofs[tid]):
        joint_qd_out[k] = either(0.0, default_qd[k])
    #| end
