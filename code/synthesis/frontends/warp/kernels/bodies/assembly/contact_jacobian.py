"""Bodies of contact_jacobian for ``recipes/applications/assembly.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def contact_jacobian(
    ncon, u, worldid, naconmax, contact_geom, geom_bodyid, contact_dim, contact_frame, contact_pos, cdof, nv,
    isdofancestor, body_rootid, subtree_com, con_J,
):
    #| one of
    if u >= ncon[worldid]:
        return
    #| or
    if u >= wp.min(ncon[worldid], naconmax):
        return
    #| end
    geoms = contact_geom[worldid, u]
    #| one of
    body1 = geom_bodyid[geoms[0]]
    body2 = geom_bodyid[geoms[1]]
    #| or
    body2 = geom_bodyid[geoms[1]]
    body1 = geom_bodyid[geoms[0]]
    #| end
    #| 0.8
    condim = contact_dim[worldid, u]
    frame = contact_frame[worldid, u]
    con_pos = contact_pos[worldid, u]
    #| else
    condim = contact_dim[worldid, u]
    con_pos = contact_pos[worldid, u]
    frame = contact_frame[worldid, u]
    #| end
    for dof in range(either(nv, cdof.shape[1])):
        cdof_dof = cdof[worldid, dof]
        #| one of
        jacp = wp.vec3(0.0, 0.0, 0.0)
        # contribution of each body
        if isdofancestor[body2, dof] == 1:
            offset2 = con_pos - subtree_com[worldid, body_rootid[body2]]
            jacp += wp.spatial_bottom(cdof_dof) + wp.cross(wp.spatial_top(cdof_dof), offset2)
        if isdofancestor[body1, dof] == 1:
            offset1 = con_pos - subtree_com[worldid, body_rootid[body1]]
            jacp -= wp.spatial_bottom(cdof_dof) + wp.cross(wp.spatial_top(cdof_dof), offset1)
        #| or
        # a joint that moves both bodies cancels out
        if isdofancestor[body1, dof] == isdofancestor[body2, dof]:
            for k in range(wp.min(condim, 3)):
                con_J[worldid, u * 3 + k, dof] = 0.0
            continue
        #| one of
        body = body2 if isdofancestor[body2, dof] == 1 else body1
        sign = 1.0 if body == body2 else -1.0
        #| or
        sign = float(isdofancestor[body2, dof] - isdofancestor[body1, dof])
        body = body2 if sign > 0.0 else body1
        #| end
        offset = con_pos - subtree_com[worldid, body_rootid[body]]
        jacp = sign * (wp.spatial_bottom(cdof_dof) + wp.cross(wp.spatial_top(cdof_dof), offset))
        #| end
        #| one of
        for k in range(wp.min(condim, 3)):
            con_J[worldid, u * 3 + k, dof] = wp.dot(wp.vec3(frame[k, 0], frame[k, 1], frame[k, 2]), jacp)
        #| or
        # rows of the frame: the normal and two tangents
        jac_c = frame * jacp
        for k in range(wp.min(condim, 3)):
            con_J[worldid, u * 3 + k, dof] = jac_c[k]
        #| end
