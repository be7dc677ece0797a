"""Bodies of copy for ``recipes/applications/joints.py``."""


def copy(num_coords, q_start, tid, joint_q, joint_q_in, num_dofs, joint_qd, joint_qd_out, qd_start):
    #| one of
    for k in range(q_start, q_start + num_coords[tid]):
        joint_q[k] = joint_q_in[k]
    #| or
    for k in range(num_coords[tid]):
        joint_q[q_start + k] = joint_q_in[q_start + k]
    #| end
    #| one of
    for k in range(num_dofs[tid]):
        joint_qd_out[qd_start + k] = joint_qd[qd_start + k]
    #| or
    for k in range(qd_start, qd_start + num_dofs[tid]):
        joint_qd_out[k] = joint_qd[k]
    #| end
