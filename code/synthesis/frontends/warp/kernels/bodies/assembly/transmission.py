"""Bodies of transmission for ``recipes/applications/assembly.py``."""


def transmission(
    actuator_trntype, u, actuator_trnid, actuator_gear, moment_rowadr, TRN_JOINT, jnt_qposadr, qpos, worldid,
    jnt_dofadr, qvel, colind_out, moment_out, TRN_TENDON, ten_J_rownnz, ten_length_in, ten_J_rowadr, ten_J_colind,
    ten_J_in, act_velocity, act_length, nnz_out,
):
    trntype = actuator_trntype[u]
    #| one of
    trnid = actuator_trnid[u]
    objid = trnid[0]
    #| or
    objid = actuator_trnid[u][0]
    #| end
    gear = actuator_gear[u]
    rowadr = moment_rowadr[u]
    #| one of
    length = float(0.0)
    nnz = int(0)
    #| or
    nnz = int(0)
    length = float(0.0)
    #| end
    #| 0.6
    velocity = float(0.0)
    if trntype == TRN_JOINT:
        nnz = 1
        length = gear * qpos[worldid, jnt_qposadr[objid]]
        velocity = gear * qvel[worldid, jnt_dofadr[objid]]
        #| one of
        colind_out[worldid, rowadr] = jnt_dofadr[objid]
        moment_out[worldid, rowadr] = gear
        #| or
        moment_out[worldid, rowadr] = gear
        colind_out[worldid, rowadr] = jnt_dofadr[objid]
        #| end
    elif trntype == TRN_TENDON:
        nnz = ten_J_rownnz[objid]
        length = gear * ten_length_in[worldid, objid]
        ten_rowadr = ten_J_rowadr[objid]
        for k in range(nnz):
            #| one of
            colind = ten_J_colind[ten_rowadr + k]
            moment = gear * ten_J_in[worldid, ten_rowadr + k]
            colind_out[worldid, rowadr + k] = colind
            moment_out[worldid, rowadr + k] = moment
            velocity += moment * qvel[worldid, colind]
            #| or
            colind_out[worldid, rowadr + k] = ten_J_colind[ten_rowadr + k]
            moment_out[worldid, rowadr + k] = gear * ten_J_in[worldid, ten_rowadr + k]
            velocity += gear * ten_J_in[worldid, ten_rowadr + k] * qvel[worldid, ten_J_colind[ten_rowadr + k]]
            #| end
    act_velocity[worldid, u] = velocity
    #| else
    if trntype == TRN_JOINT:
        nnz = 1
        length = gear * qpos[worldid, jnt_qposadr[objid]]
        #| one of
        colind_out[worldid, rowadr] = jnt_dofadr[objid]
        moment_out[worldid, rowadr] = gear
        #| or
        moment_out[worldid, rowadr] = gear
        colind_out[worldid, rowadr] = jnt_dofadr[objid]
        #| end
    elif trntype == TRN_TENDON:
        nnz = ten_J_rownnz[objid]
        length = gear * ten_length_in[worldid, objid]
        ten_rowadr = ten_J_rowadr[objid]
        #| one of
        for k in range(nnz):
            sparseid = ten_rowadr + k
            colind_out[worldid, rowadr + k] = ten_J_colind[sparseid]
            moment_out[worldid, rowadr + k] = gear * ten_J_in[worldid, sparseid]
        #| or
        for k in range(nnz):
            moment_out[worldid, rowadr + k] = gear * ten_J_in[worldid, ten_rowadr + k]
            colind_out[worldid, rowadr + k] = ten_J_colind[ten_rowadr + k]
        #| end
    #| end
    #| one of
    act_length[worldid, u] = length
    nnz_out[worldid, u] = nnz
    #| or
    nnz_out[worldid, u] = nnz
    act_length[worldid, u] = length
    #| end
