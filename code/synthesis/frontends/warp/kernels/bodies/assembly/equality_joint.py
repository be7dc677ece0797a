"""Bodies of equality_joint for ``recipes/applications/assembly.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def equality_joint(
    EQ_JOINT, eq_type, u, eq_active, worldid, nefc, njmax_in, row_pos, EFC_EQUALITY, efc_kind, efc_source, eq_obj1id,
    eq_obj2id, jnt_dofadr, jnt_qposadr, qpos, qpos0, qvel, nv, eq_J, eq_data, row_vel, eq_solref, aref,
):
    #| 0.7
    # some other kind of equality
    if eq_type[u] != EQ_JOINT:
        return
    #| end
    if not eq_active[worldid, u]:
        return
    efcid = wp.atomic_add(nefc, worldid, 1)
    if efcid >= either(njmax_in, row_pos.shape[1]):
        return
    #| 0.6
    efc_kind[worldid, efcid] = EFC_EQUALITY
    efc_source[worldid, efcid] = u
    #| end
    joint1 = eq_obj1id[u]
    joint2 = eq_obj2id[u]
    dofadr1 = jnt_dofadr[joint1]
    pos = qpos[worldid, jnt_qposadr[joint1]] - qpos0[jnt_qposadr[joint1]]
    vel = qvel[worldid, dofadr1]
    #? all other joints stay unchanged
    for dof in range(either(nv, qvel.shape[1])):
        eq_J[worldid, efcid, dof] = 0.0
    eq_J[worldid, efcid, dofadr1] = 1.0
    #| one of
    if joint2 >= 0:
        dofadr2 = jnt_dofadr[joint2]
        dif = qpos[worldid, jnt_qposadr[joint2]] - qpos0[jnt_qposadr[joint2]]
        # polynomial in the other joint
        pos -= eq_data[u, 0] + dif * (eq_data[u, 1] + dif * eq_data[u, 2])
        #| one of
        deriv = eq_data[u, 1] + 2.0 * dif * eq_data[u, 2]
        vel -= deriv * qvel[worldid, dofadr2]
        eq_J[worldid, efcid, dofadr2] = -deriv
        #| or
        eq_J[worldid, efcid, dofadr2] = -(eq_data[u, 1] + 2.0 * dif * eq_data[u, 2])
        vel += eq_J[worldid, efcid, dofadr2] * qvel[worldid, dofadr2]
        #| end
    #| or
    if joint2 >= 0:
        # linear in the other joint
        dif = qpos[worldid, jnt_qposadr[joint2]] - qpos0[jnt_qposadr[joint2]]
        pos -= eq_data[u, 0] + eq_data[u, 1] * dif
        dofadr2 = jnt_dofadr[joint2]
        vel -= eq_data[u, 1] * qvel[worldid, dofadr2]
        eq_J[worldid, efcid, dofadr2] = -eq_data[u, 1]
    #| end
    else:
        pos -= eq_data[u, 0]
    #| one of
    row_pos[worldid, efcid] = pos
    row_vel[worldid, efcid] = vel
    #| or
    row_pos[worldid, efcid] = pos
    #| 0.5
    row_vel[worldid, efcid] = vel
    #| end
    #| one of
    # critically damped for a damping ratio of one
    timeconst = eq_solref[u][0]
    dampratio = eq_solref[u][1]
    #| or
    timeconst = eq_solref[u][0]
    dampratio = eq_solref[u][1]
    #| end
    stiff = 1.0 / (timeconst * timeconst * dampratio * dampratio)
    aref[worldid, efcid] = -2.0 / timeconst * vel - stiff * pos
    #| end
