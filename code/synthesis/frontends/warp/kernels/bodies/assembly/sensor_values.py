"""Bodies of sensor_values for ``recipes/applications/assembly.py``."""

import warp as wp


def sensor_values(
    sensor_type, u, sensor_objid, sensor_adr, SENSOR_JOINTPOS, jnt_qposadr, qpos, sensordata, worldid,
    SENSOR_JOINTVEL, jnt_dofadr, qvel, SENSOR_FRAMEPOS, xpos, sensor_refid, xmat, SENSOR_FRAMEQUAT, xquat,
    SENSOR_GYRO, SENSOR_VELOCIMETER, site_bodyid, body_cvel, body_rootid, site_xpos, subtree_com, site_xmat,
    sensor_cutoff, sensor_dim, clamp_symmetric,
):
    kind = sensor_type[u]
    objid = sensor_objid[u]
    adr = sensor_adr[u]
    if kind == SENSOR_JOINTPOS:
        sensordata[worldid, adr] = qpos[worldid, jnt_qposadr[objid]]
    elif kind == SENSOR_JOINTVEL:
        sensordata[worldid, adr] = qvel[worldid, jnt_dofadr[objid]]
    elif kind == SENSOR_FRAMEPOS:
        #| one of
        vec = xpos[worldid, objid]
        #| one of
        # relative to another frame
        refid = sensor_refid[u]
        if refid >= 0:
            vec = wp.transpose(xmat[worldid, refid]) * (vec - xpos[worldid, refid])
        #| or
        #| end
        for k in range(3):
            sensordata[worldid, adr + k] = vec[k]
        #| or
        sensordata[worldid, adr + 0] = xpos[worldid, objid][0]
        sensordata[worldid, adr + 1] = xpos[worldid, objid][1]
        sensordata[worldid, adr + 2] = xpos[worldid, objid][2]
        #| end
    #| one of
    elif kind == SENSOR_FRAMEQUAT:
        # scalar first
        quat = xquat[worldid, objid]
        sensordata[worldid, adr + 0] = quat[3]
        sensordata[worldid, adr + 1] = quat[0]
        sensordata[worldid, adr + 2] = quat[1]
        sensordata[worldid, adr + 3] = quat[2]
    #| or
    #: elif kind == SENSOR_FRAMEXAXIS:
    #:     for k in range(3):
    #:         sensordata[worldid, adr + k] = xmat[worldid, objid][k, 0]
    #| end
    #| one of
    elif kind == SENSOR_VELOCIMETER or kind == SENSOR_GYRO:
        body = site_bodyid[objid]
        cvel = body_cvel[worldid, body]
        vec = wp.spatial_top(cvel)
        if kind == SENSOR_VELOCIMETER:
            offset = site_xpos[worldid, objid] - subtree_com[worldid, body_rootid[body]]
            vec = wp.spatial_bottom(cvel) + wp.cross(wp.spatial_top(cvel), offset)
        # in the frame of the site
        vec = wp.transpose(site_xmat[worldid, objid]) * vec
        for k in range(3):
            sensordata[worldid, adr + k] = vec[k]
    #| or
    #: elif kind == SENSOR_GYRO:
    #:     vec = wp.transpose(site_xmat[worldid, objid]) * wp.spatial_top(body_cvel[worldid, site_bodyid[objid]])
    #:     for k in range(3):
    #:         sensordata[worldid, adr + k] = vec[k]
    #| or
    #: elif kind == SENSOR_TOUCH:
    #:     # normal forces on the body of the site
    #:     total = float(0.0)
    #:     for k in range(ncon[worldid]):
    #:         geoms = contact_geom[worldid, k]
    #:         if geom_bodyid[geoms[0]] == site_bodyid[objid] or geom_bodyid[geoms[1]] == site_bodyid[objid]:
    #:             total += contact_normal_force[worldid, k]
    #:     sensordata[worldid, adr] = total
    #| end
    #| 0.5
    cutoff = sensor_cutoff[u]
    #| one of
    if cutoff > 0.0 and kind != SENSOR_FRAMEQUAT:
    #| or
    #: if cutoff > 0.0 and sensor_datatype[u] == DATATYPE_REAL:
    #| end
        for k in range(sensor_dim[u]):
            sensordata[worldid, adr + k] = clamp_symmetric(sensordata[worldid, adr + k], cutoff)
    #| end
