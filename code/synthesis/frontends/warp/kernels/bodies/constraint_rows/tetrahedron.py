"""Bodies of tetrahedron for ``recipes/applications/constraint_rows.py``."""

import warp as wp


def tetrahedron(
    tet_indices, tid, tet_nodes, tet_active, particle_q, particle_inv_mass, tet_materials, tet_rest_volume, tet_poses,
    COLUMNS, NORM, SUM, dt, WRITTEN, DET, COFACTOR, particle_qd, tet_volume_ratio,
):
    #| one of
    i = tet_indices[tid, 0]
    j = tet_indices[tid, 1]
    k = tet_indices[tid, 2]
    l = tet_indices[tid, 3]
    #| or
    nodes = tet_nodes[tid]
    i = nodes[0]
    j = nodes[1]
    k = nodes[2]
    l = nodes[3]
    #| end
    #| 0.4
    #| one of
    if not tet_active[tid]:
        return
    #| or
    # torn springs exert no force
    if tet_active[tid] == 0:
        return
    #| end
    #| end
    x0 = particle_q[i]
    x1 = particle_q[j]
    x2 = particle_q[k]
    x3 = particle_q[l]
    w0 = particle_inv_mass[i]
    w1 = particle_inv_mass[j]
    w2 = particle_inv_mass[k]
    w3 = particle_inv_mass[l]
    #| one of
    k_mu = tet_materials[tid, 0]
    k_lam = tet_materials[tid, 1]
    #| or
    k_lam = tet_materials[tid, 1]
    k_mu = tet_materials[tid, 0]
    #| end
    volume = tet_rest_volume[tid]
    inv_rest = tet_poses[tid]
    #| one of
    D = wp.matrix_from_cols(x1 - x0, x2 - x0, x3 - x0)
    F = D * inv_rest
    #| or
    F = wp.matrix_from_cols(x1 - x0, x2 - x0, x3 - x0) * inv_rest
    #| end
    COLUMNS
    #| 0.8
    # shear and stretch
    norm = NORM
    if norm > 0.0:
        G = F * wp.transpose(inv_rest) / norm
        g1 = wp.vec3(G[0, 0], G[1, 0], G[2, 0])
        g2 = wp.vec3(G[0, 1], G[1, 1], G[2, 1])
        g3 = wp.vec3(G[0, 2], G[1, 2], G[2, 2])
        g0 = -g1 - g2 - g3
        w_sum = SUM
        #| one of
        alpha = 1.0 / (k_mu * volume * dt * dt)
        dlambda = -norm / (w_sum + alpha)
        #| or
        dlambda = -norm / (w_sum + 1.0 / (k_mu * volume * dt * dt))
        #| end
        WRITTEN
    #| end
    # relative volume change
    J = DET
    #| one of
    C = J - 1.0 - k_mu / k_lam
    #| or
    C = J - 1.0
    #| end
    G = COFACTOR * wp.transpose(inv_rest)
    g1 = wp.vec3(G[0, 0], G[1, 0], G[2, 0])
    g2 = wp.vec3(G[0, 1], G[1, 1], G[2, 1])
    g3 = wp.vec3(G[0, 2], G[1, 2], G[2, 2])
    g0 = -g1 - g2 - g3
    w_sum = SUM
    #| one of
    alpha = 1.0 / (k_lam * volume * dt * dt)
    dlambda = -C / (w_sum + alpha)
    #| or
    dlambda = -C / (w_sum + 1.0 / (k_lam * volume * dt * dt))
    #| end
    #| 0.5
    # damped by its rate of change
    C_dot = wp.dot(g0, particle_qd[i]) + wp.dot(g1, particle_qd[j])
    C_dot += wp.dot(g2, particle_qd[k]) + wp.dot(g3, particle_qd[l])
    dlambda -= tet_materials[tid, 2] * C_dot
    #| end
    WRITTEN
    #| 0.4
    tet_volume_ratio[tid] = J
    #| end
