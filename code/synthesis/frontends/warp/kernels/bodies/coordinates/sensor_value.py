"""Bodies of sensor_value for ``recipes/applications/coordinates.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def sensor_pos(
    sensor_type, u, sensor_obj, sensor_adr, SENSOR_JOINTPOS, jnt_qposadr, long_qpos, sensordata, w, SENSOR_LIMITPOS,
    lower, upper, SENSOR_FRAMEPOS, xpos, ref_obj, xmat, SENSOR_FRAMEZAXIS,
):
    kind = sensor_type[u]
    obj = sensor_obj[u]
    adr = sensor_adr[u]
    if kind == SENSOR_JOINTPOS:
        sensordata[w, adr] = long_qpos[w, jnt_qposadr[obj]]
    #| one of
    elif kind == SENSOR_LIMITPOS:
        # distance to the nearer limit
        q = long_qpos[w, jnt_qposadr[obj]]
        sensordata[w, adr] = wp.min(q - lower[obj], upper[obj] - q)
    #| or
    #: elif kind == SENSOR_CLOCK:
    #:     sensordata[w, adr] = time[w]
    #| or
    #: elif kind == SENSOR_SUBTREECOM:
    #:     for k in range(3):
    #:         sensordata[w, adr + k] = subtree_com[w, obj][k]
    #| or
    #| end
    elif kind == SENSOR_FRAMEPOS:
        x = xpos[w, obj]
        refid = ref_obj[u]
        # relative to another frame if there is one
        if refid >= 0:
            x = wp.transpose(xmat[w, refid]) * (x - xpos[w, refid])
        for k in range(3):
            sensordata[w, adr + k] = x[k]
    elif kind == SENSOR_FRAMEZAXIS:
        axis = either(xmat[w, obj] * wp.vec3(0.0, 0.0, 1.0), wp.vec3(xmat[w, obj][0, 2], xmat[w, obj][1, 2], xmat[w, obj][2, 2]))
        #| 0.6
        if ref_obj[u] >= 0:
            axis = wp.transpose(xmat[w, ref_obj[u]]) * axis
        #| end
        for k in range(3):
            sensordata[w, adr + k] = axis[k]


def sensor_vel(
    sensor_type, u, sensor_obj, sensor_adr, SENSOR_JOINTVEL, jnt_dofadr, long_qvel, sensordata, w, SENSOR_ACTUATORVEL,
    motor_velocity, site_body, cvel, SENSOR_GYRO, xmat, SENSOR_FRAMEANGVEL, body_root, subtree_com, xpos,
    SENSOR_VELOCIMETER, sensor_cutoff, clamp_symmetric,
):
    kind = sensor_type[u]
    obj = sensor_obj[u]
    adr = sensor_adr[u]
    if kind == SENSOR_JOINTVEL:
        sensordata[w, adr] = long_qvel[w, jnt_dofadr[obj]]
    #| one of
    elif kind == SENSOR_ACTUATORVEL:
        sensordata[w, adr] = motor_velocity[w, obj]
    #| or
    #| end
    else:
        bodyid = site_body[obj]
        ang = wp.spatial_top(cvel[w, bodyid])
        if kind == SENSOR_GYRO:
            # in the frame of the site
            v = wp.transpose(xmat[w, obj]) * ang
        elif kind == SENSOR_FRAMEANGVEL:
            v = ang
        else:
            # the velocity is that of the point that the body has at the centre of its tree
            arm = xpos[w, obj] - subtree_com[w, body_root[bodyid]]
            #| one of
            v = wp.spatial_bottom(cvel[w, bodyid]) - wp.cross(arm, ang)
            #| or
            v = wp.spatial_bottom(cvel[w, bodyid]) + wp.cross(ang, arm)
            #| end
            if kind == SENSOR_VELOCIMETER:
                v = wp.transpose(xmat[w, obj]) * v
        #| 0.4
        # limited to the range of the sensor
        if sensor_cutoff[u] > 0.0:
            for k in range(3):
                v[k] = clamp_symmetric(v[k], sensor_cutoff[u])
        #| end
        for k in range(3):
            sensordata[w, adr + k] = v[k]
