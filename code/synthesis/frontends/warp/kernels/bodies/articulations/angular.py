"""Bodies of angular for ``recipes/applications/articulations.py``."""

import warp as wp


def angular(end, start, body_mass, body_com, body_q_in, com, body_qd_in, body_inertia, tid, tree_angular):
    # angular momentum about the centre of mass
    L_total = wp.vec3(0.0, 0.0, 0.0)
    for j in range(start, end):
        if body_mass[j] <= 0.0:
            continue
        r_j = wp.transform_point(body_q_in[j], body_com[j]) - com
        q = wp.transform_get_rotation(body_q_in[j])
        w_b = wp.quat_rotate_inv(q, wp.spatial_bottom(body_qd_in[j]))
        L_total += wp.quat_rotate(q, body_inertia[j] * w_b)
        L_total += body_mass[j] * wp.cross(r_j, wp.spatial_top(body_qd_in[j]))
    tree_angular[tid] = L_total
