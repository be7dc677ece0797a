"""Bodies of inertia for ``recipes/applications/articulations.py``."""

import warp as wp


def inertia(end, start, body_mass, body_com, body_q_in, com, body_inertia, tid, tree_inertia):
    # moment of inertia about the centre of mass
    I_total = wp.mat33(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for j in range(start, end):
        if body_mass[j] <= 0.0:
            continue
        r_j = wp.transform_point(body_q_in[j], body_com[j]) - com
        rot = wp.quat_to_matrix(wp.transform_get_rotation(body_q_in[j]))
        I_total += rot * body_inertia[j] * wp.transpose(rot)
        I_total += body_mass[j] * (wp.dot(r_j, r_j) * wp.identity(n=3, dtype=float) - wp.outer(r_j, r_j))
    tree_inertia[tid] = I_total
