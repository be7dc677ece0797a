"""Bodies of equality_connect for ``recipes/applications/assembly.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def equality_connect(
    EQ_CONNECT, eq_type, u, eq_active, worldid, nefc, njmax_in, row_pos, eq_obj1id, eq_body2id, is_site, site_bodyid,
    site_xpos, eq_anchor, xmat, xpos, eq_anchor2, xquat, EFC_EQUALITY, efc_kind, efc_source, body_rootid, subtree_com,
    eq_solimp, body_invweight, eq_solref, connect_D, cdof, nv, JACDIF, jacdif, qvel, eq_J, body_cvel, row_vel, aref,
):
    #| 0.7
    if eq_type[u] != EQ_CONNECT:
        return
    #| end
    if not eq_active[worldid, u]:
        return
    efcid = wp.atomic_add(nefc, worldid, 3)
    if efcid + 3 > either(njmax_in, row_pos.shape[1]):
        return
    #| one of
    obj1 = eq_obj1id[u]
    obj2 = eq_body2id[u]
    if is_site[u]:
        body1 = site_bodyid[obj1]
        body2 = site_bodyid[obj2]
        pos1 = site_xpos[worldid, obj1]
        pos2 = site_xpos[worldid, obj2]
    else:
        body1 = obj1
        body2 = obj2
        pos1 = xpos[worldid, obj1] + xmat[worldid, obj1] * eq_anchor[u]
        pos2 = xpos[worldid, obj2] + xmat[worldid, obj2] * eq_anchor2[u]
    #| or
    body1 = eq_obj1id[u]
    body2 = eq_body2id[u]
    pos1 = xpos[worldid, body1] + xmat[worldid, body1] * eq_anchor[u]
    pos2 = xpos[worldid, body2] + xmat[worldid, body2] * eq_anchor2[u]
    #| or
    # the same point, seen from either body
    body1 = eq_obj1id[u]
    body2 = eq_body2id[u]
    pos1 = xpos[worldid, body1] + wp.quat_rotate(xquat[worldid, body1], eq_anchor[u])
    pos2 = xpos[worldid, body2] + wp.quat_rotate(xquat[worldid, body2], eq_anchor2[u])
    #| end
    dif = pos1 - pos2
    # three rows, one a direction
    for k in range(3):
        #| 0.6
        efc_kind[worldid, efcid + k] = EFC_EQUALITY
        efc_source[worldid, efcid + k] = u
        #| end
        row_pos[worldid, efcid + k] = dif[k]
    offset1 = pos1 - subtree_com[worldid, body_rootid[body1]]
    offset2 = pos2 - subtree_com[worldid, body_rootid[body2]]
    #| one of
    # stiffer the farther they are apart
    solimp = eq_solimp[u]
    #| one of
    imp = solimp[0] + wp.min(wp.length(dif) / solimp[2], 1.0) * (solimp[1] - solimp[0])
    #| or
    x = wp.min(wp.length(dif) / solimp[2], 1.0)
    imp = solimp[0] + x * (solimp[1] - solimp[0])
    #| end
    invweight = body_invweight[body1] + body_invweight[body2]
    rate = solimp[1] * eq_solref[u][0]
    kd = 2.0 / rate
    kp = imp / (rate * rate * eq_solref[u][1] * eq_solref[u][1])
    for k in range(3):
        connect_D[worldid, efcid + k] = imp / ((1.0 - imp) * invweight)
    #| or
    # acceleration of a damped spring
    timeconst = eq_solref[u][0]
    dampratio = eq_solref[u][1]
    kd = 2.0 / timeconst
    kp = 1.0 / (timeconst * timeconst * dampratio * dampratio)
    #| end
    #| one of
    dif_vel = wp.vec3(0.0, 0.0, 0.0)
    for dof in range(either(nv, cdof.shape[1])):
        JACDIF
        dif_vel += jacdif * qvel[worldid, dof]
        for k in range(3):
            eq_J[worldid, efcid + k, dof] = jacdif[k]
    #| or
    for dof in range(either(nv, cdof.shape[1])):
        JACDIF
        for k in range(3):
            eq_J[worldid, efcid + k, dof] = jacdif[k]
    cvel1 = body_cvel[worldid, body1]
    cvel2 = body_cvel[worldid, body2]
    vel1 = wp.spatial_bottom(cvel1) + wp.cross(wp.spatial_top(cvel1), offset1)
    vel2 = wp.spatial_bottom(cvel2) + wp.cross(wp.spatial_top(cvel2), offset2)
    dif_vel = vel1 - vel2
    #| end
    for k in range(3):
        #| 0.6
        row_vel[worldid, efcid + k] = dif_vel[k]
        #| end
        aref[worldid, efcid + k] = -kd * dif_vel[k] - kp * dif[k]
