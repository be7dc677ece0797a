"""Bodies of pyramid for ``recipes/applications/constraint_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def pyramid(
    nacon, naconmax, u, contact_dim, contact_dist, contact_margin, contact_world, ROWS, contact_geom, geom_bodyid,
    contact_frame, contact_pos, contact_friction, body_rootid, subtree_com, body_invweight, impratio, IMPEDANCE,
    first, efc_J, nv, isdofancestor, cdof, SHIFTED, qvel, contact_row, EFC_CONTACT, efc_type, efc_id, efc_D, imp,
    efc_vel, b_imp, efc_aref, k_imp, efc_pos,
):
    #| one of
    if u >= wp.min(nacon[0], naconmax):
        return
    #| or
    if u >= nacon[0]:
        return
    #| end
    condim = contact_dim[u]
    #| one of
    pos = contact_dist[u] - contact_margin[u]
    #| or
    margin = contact_margin[u]
    pos = contact_dist[u] - margin
    #| end
    if pos >= 0.0:
        return
    worldid = contact_world[u]
    nrows = int(1)
    if condim > 1:
        # two edges of the pyramid for each tangent
        nrows = 2 * (condim - 1)
    ROWS
    geom = contact_geom[u]
    body1 = geom_bodyid[geom[0]]
    body2 = geom_bodyid[geom[1]]
    frame = contact_frame[u]
    con_pos = contact_pos[u]
    friction = contact_friction[u, 0]
    #| one of
    offset1 = con_pos - subtree_com[worldid, body_rootid[body1]]
    offset2 = con_pos - subtree_com[worldid, body_rootid[body2]]
    #| or
    com1 = subtree_com[worldid, body_rootid[body1]]
    com2 = subtree_com[worldid, body_rootid[body2]]
    offset1 = con_pos - com1
    offset2 = con_pos - com2
    #| end
    invweight = body_invweight[body1] + body_invweight[body2]
    if condim > 1:
        #| one of
        invweight = invweight * (1.0 + friction * friction)
        #| or
        invweight += friction * friction * invweight
        #| end
        invweight = 2.0 * friction * friction * invweight / impratio
    IMPEDANCE
    for row in range(nrows):
        efcid = first + row
        tangent = row // 2 + 1
        sign = either(1.0 if row % 2 == 0 else -1.0, float(1 - 2 * (row % 2)))
        vel = float(0.0)
        for dof in range(either(nv, efc_J.shape[2])):
            if isdofancestor[body1, dof] == isdofancestor[body2, dof]:
                # moves both equally or neither
                efc_J[worldid, efcid, dof] = 0.0
                continue
            jacp = wp.vec3(0.0, 0.0, 0.0)
            jacr = wp.vec3(0.0, 0.0, 0.0)
            if isdofancestor[body2, dof] == 1:
                jacr += wp.spatial_top(cdof[worldid, dof])
                SHIFTED +offset2
            if isdofancestor[body1, dof] == 1:
                jacr -= wp.spatial_top(cdof[worldid, dof])
                SHIFTED -offset1
            #| one of
            # in the frame of the contact, the normal first
            J_lin = frame * jacp
            J_ang = frame * jacr
            J = J_lin[0]
            if condim > 1:
                mu = sign * contact_friction[u, tangent - 1]
                if tangent < 3:
                    J += mu * J_lin[tangent]
                else:
                    # against turning about the normal, and against rolling
                    J += mu * J_ang[tangent - 3]
            #| or
            J_lin = frame * jacp
            J = J_lin[0]
            if condim > 1 and tangent < 3:
                J += sign * contact_friction[u, tangent - 1] * J_lin[tangent]
            elif condim > 1:
                # against turning about the normal, and against rolling
                J_ang = frame * jacr
                J += sign * contact_friction[u, tangent - 1] * J_ang[tangent - 3]
            #| or
            J = wp.dot(wp.vec3(frame[0, 0], frame[0, 1], frame[0, 2]), jacp)
            if condim > 1:
                mu = sign * contact_friction[u, tangent - 1]
                if tangent < 3:
                    t = wp.vec3(frame[tangent, 0], frame[tangent, 1], frame[tangent, 2])
                    J += mu * wp.dot(t, jacp)
                else:
                    # against turning about the normal, and against rolling
                    axis = wp.vec3(frame[tangent - 3, 0], frame[tangent - 3, 1], frame[tangent - 3, 2])
                    J += mu * wp.dot(axis, jacr)
            #| end
            efc_J[worldid, efcid, dof] = J
            vel += J * qvel[worldid, dof]
        #| 0.6
        contact_row[u, row] = efcid
        #| end
        #| one of
        efc_type[worldid, efcid] = EFC_CONTACT
        efc_id[worldid, efcid] = u
        #| or
        efc_id[worldid, efcid] = u
        #| or
        #| end
        efc_D[worldid, efcid] = either(1.0 / (invweight * (1.0 - imp) / imp), imp / (invweight * (1.0 - imp)))
        #| 0.5
        efc_vel[worldid, efcid] = vel
        #| end
        efc_aref[worldid, efcid] = -k_imp * imp * pos - b_imp * vel
        #| 0.6
        efc_pos[worldid, efcid] = pos
        #| end
