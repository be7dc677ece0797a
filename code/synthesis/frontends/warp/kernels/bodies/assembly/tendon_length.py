"""Bodies of tendon_length for ``recipes/applications/assembly.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def tendon_length(
    tendon_num, u, tendon_adr, WRAP_JOINT, wrap_type, wrap_objid, jnt_qposadr, qpos, worldid, wrap_prm, site_xpos,
    distance_between, WRAP_PULLEY, wrap_divisor, WRAP_SITE, ten_length, ten_J_rowadr, ten_J_rownnz, qvel,
    ten_J_colind, ten_J_in, ten_velocity, ten_force, tendon_damping, tendon_length0, tendon_stiffness,
):
    #| one of
    wrapnum = tendon_num[u]
    adr = tendon_adr[u]
    #| or
    adr = tendon_adr[u]
    wrapnum = tendon_num[u]
    #| end
    length = float(0.0)
    #| one of
    if wrap_type[adr] == WRAP_JOINT:
        # fixed: a sum of joints
        for k in range(wrapnum):
            joint = wrap_objid[adr + k]
            length += wrap_prm[adr + k] * qpos[worldid, jnt_qposadr[joint]]
    else:
        # spatial: straight from site to site
        for k in range(wrapnum - 1):
            #| one of
            p0 = site_xpos[worldid, wrap_objid[adr + k]]
            p1 = site_xpos[worldid, wrap_objid[adr + k + 1]]
            length += either(distance_between(p0, p1), distance_between(p0, p1), wp.length(p1 - p0))
            #| or
            length += wp.length(site_xpos[worldid, wrap_objid[adr + k + 1]] - site_xpos[worldid, wrap_objid[adr                         + k]])
            #| end
    #| or
    #| one of
    divisor = float(1.0)
    for k in range(adr, adr + wrapnum - 1):
        # lengths after a pulley are scaled
        if wrap_type[k] == WRAP_PULLEY:
            divisor = wrap_divisor[k]
            continue
        if wrap_type[k + 1] == WRAP_PULLEY:
            continue
        dif = site_xpos[worldid, wrap_objid[k + 1]] - site_xpos[worldid, wrap_objid[k]]
        length += wp.length(dif) / divisor
    #| or
    for k in range(adr, adr + wrapnum - 1):
        #? from site to site; a pulley begins a new branch
        if wrap_type[k] != WRAP_SITE or wrap_type[k + 1] != WRAP_SITE:
            continue
        length += distance_between(site_xpos[worldid, wrap_objid[k]], site_xpos[worldid, wrap_objid[k + 1]])
    #| or
    for k in range(adr, adr + wrapnum - 1):
        if wrap_type[k] == WRAP_SITE and wrap_type[k + 1] == WRAP_SITE:
            length += distance_between(site_xpos[worldid, wrap_objid[k]], site_xpos[worldid, wrap_objid[k + 1]])
    #| end
    #| end
    ten_length[worldid, u] = length
    #| 0.6
    vel = float(0.0)
    #| one of
    rowadr = ten_J_rowadr[u]
    for k in range(ten_J_rownnz[u]):
        vel += ten_J_in[worldid, rowadr + k] * qvel[worldid, ten_J_colind[rowadr + k]]
    #| or
    for sparseid in range(ten_J_rowadr[u], ten_J_rowadr[u] + ten_J_rownnz[u]):
        vel += ten_J_in[worldid, sparseid] * qvel[worldid, ten_J_colind[sparseid]]
    #| end
    ten_velocity[worldid, u] = vel
    #| 0.4
    # a spring with a damper along the tendon
    ten_force[worldid, u] = tendon_stiffness[u] * (tendon_length0[u] - length) - tendon_damping[u] * vel
    #| end
    #| else
    #| 0.6
    # slack tendons exert no force
    stretch = wp.max(length - tendon_length0[u], 0.0)
    ten_force[worldid, u] = -tendon_stiffness[u] * stretch
    #| end
    #| end
