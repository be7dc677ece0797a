"""Bodies of limit_row for ``recipes/applications/constraint_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def limit_row(
    jnt_limited, u, jnt_type, JNT_FREE, jnt_dofadr, jnt_qposadr, jnt_margin, jnt_range, JNT_BALL, qpos, worldid,
    safe_normalize, turn_angle, qvel, limit_active, ROW, efc_J, nv, efcid, dof_invweight, IMPEDANCE, EFC_LIMIT,
    efc_type, efc_id, FINISH,
):
    #| one of
    if not jnt_limited[u]:
        return
    #| or
    # joints with free rotation
    if jnt_limited[u] == 0:
        return
    #| end
    kind = jnt_type[u]
    #| one of
    # free joints have no limits
    if kind == JNT_FREE:
        return
    #| or
    if kind == JNT_FREE:
        return
    #| end
    #| one of
    dofadr = jnt_dofadr[u]
    qposadr = jnt_qposadr[u]
    #| or
    qposadr = jnt_qposadr[u]
    dofadr = jnt_dofadr[u]
    #| end
    margin = jnt_margin[u]
    #| one of
    lower = jnt_range[u][0]
    upper = jnt_range[u][1]
    #| or
    limits = jnt_range[u]
    lower = limits[0]
    upper = limits[1]
    #| end
    pos = float(0.0)
    vel = float(0.0)
    side = float(1.0)
    axis = wp.vec3(0.0, 0.0, 0.0)
    if kind == JNT_BALL:
        # total rotation, scalar part first
        scalar = qpos[worldid, qposadr]
        part = wp.vec3(qpos[worldid, qposadr + 1], qpos[worldid, qposadr + 2], qpos[worldid, qposadr + 3])
        #? the shorter way around
        if scalar < 0.0:
            part = -part
        #| one of
        axis = safe_normalize(part)
        angle = turn_angle(scalar, part)
        #| or
        axis = safe_normalize(part)
        angle = turn_angle(scalar, part)
        #| or
        sin_half = wp.length(part)
        if sin_half > 0.0:
            axis = part / sin_half
        angle = 2.0 * wp.atan2(sin_half, wp.abs(scalar))
        #| end
        pos = wp.max(lower, upper) - angle - margin
        side = -1.0
        for k in range(3):
            vel -= axis[k] * qvel[worldid, dofadr + k]
    else:
        #| one of
        dist_lower = qpos[worldid, qposadr] - lower
        dist_upper = upper - qpos[worldid, qposadr]
        pos = wp.min(dist_lower, dist_upper) - margin
        if dist_upper < dist_lower:
            side = -1.0
        #| or
        q = qpos[worldid, qposadr]
        pos = q - lower - margin
        if upper - q < q - lower:
            # nearer to the upper end
            pos = upper - q - margin
            side = -1.0
        #| end
        vel = side * qvel[worldid, dofadr]
    #| one of
    if pos >= 0.0:
        return
    #| or
    # not reached
    if pos >= 0.0:
        #| 0.5
        limit_active[worldid, u] = 0
        #| end
        return
    #| 0.5
    limit_active[worldid, u] = 1
    #| end
    #| end
    ROW
    for k in range(either(nv, efc_J.shape[2])):
        efc_J[worldid, efcid, k] = 0.0
    if kind == JNT_BALL:
        for k in range(3):
            efc_J[worldid, efcid, dofadr + k] = -axis[k]
    else:
        efc_J[worldid, efcid, dofadr] = side
    invweight = dof_invweight[dofadr]
    IMPEDANCE
    #| one of
    efc_type[worldid, efcid] = EFC_LIMIT
    efc_id[worldid, efcid] = u
    #| or
    efc_id[worldid, efcid] = u
    efc_type[worldid, efcid] = EFC_LIMIT
    #| or
    efc_id[worldid, efcid] = u
    #| end
    FINISH
