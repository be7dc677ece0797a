"""Bodies of body_pose for ``recipes/applications/multibody.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def body_pose(
    b, sleeping, w, world_active, pos_out, xpos_last, quat_out, xquat_last, mocap_of, mocap_pos, mocap_quat,
    parent_of, body_pos, body_quat, quat_rotate, xpos, xquat, jnt_num, jnt_adr, jnt_type, jnt_qposadr, JNT_FREE, qpos,
    jnt_pos, anchor_out, axis_out, jnt_axis, JNT_SLIDE, JNT_HINGE, JNT_BALL, body_ipos, com_out, mat_out,
):
    #| 0.5
    #| one of
    if not world_active[w] or sleeping[w, b] == 1:
        #? it keeps its position
        pos_out[w, b] = xpos_last[w, b]
        quat_out[w, b] = xquat_last[w, b]
        return
    #| or
    #| 0.4
    if not world_active[w]:
        return
    #| end
    #? set from outside
    mocap = mocap_of[b]
    if mocap >= 0:
        pos_out[w, b] = mocap_pos[w, mocap]
        quat_out[w, b] = wp.normalize(mocap_quat[w, mocap])
        return
    #| or
    if not world_active[w]:
        return
    #| end
    #| end
    pid = parent_of[b]
    #| one of
    p = body_pos[b]
    q = body_quat[b]
    p = xpos[w, pid] + either(quat_rotate(xquat[w, pid], p), wp.quat_rotate(xquat[w, pid], p))
    q = xquat[w, pid] * q
    #| or
    # the world is body 0
    p = xpos[w, pid] + wp.quat_rotate(xquat[w, pid], body_pos[b])
    q = xquat[w, pid] * body_quat[b]
    #| end
    #| one of
    for k in range(jnt_num[b]):
        jnt = jnt_adr[b] + k
    #| or
    #: for jnt in range(jnt_adr[b], jnt_adr[b] + jnt_num[b]):
    #| end
        kind = jnt_type[jnt]
        adr = jnt_qposadr[jnt]
        #| one of
        if kind == JNT_FREE:
            # a floating body has the pose in its coordinates, scalar part first
            p = wp.vec3(qpos[w, adr], qpos[w, adr + 1], qpos[w, adr + 2])
            q = wp.normalize(wp.quat(qpos[w, adr + 4], qpos[w, adr + 5], qpos[w, adr + 6], qpos[w, adr + 3]))
            continue
        anchor = p + wp.quat_rotate(q, jnt_pos[jnt])
        #| 0.4
        anchor_out[w, jnt] = anchor
        axis_out[w, jnt] = wp.quat_rotate(q, jnt_axis[jnt])
        #| end
        if kind == JNT_SLIDE:
            p += wp.quat_rotate(q, jnt_axis[jnt]) * qpos[w, adr]
            continue
        if kind == JNT_HINGE:
            q = q * wp.quat_from_axis_angle(jnt_axis[jnt], qpos[w, adr])
        else:
            q = q * wp.normalize(wp.quat(qpos[w, adr + 1], qpos[w, adr + 2], qpos[w, adr + 3], qpos[w, adr]))
        # a joint turns the body about its anchor
        p = anchor - wp.quat_rotate(q, jnt_pos[jnt])
        #| or
        #| one of
        # a joint turns the body about its anchor
        anchor = p + wp.quat_rotate(q, jnt_pos[jnt])
        #| or
        anchor = p + wp.quat_rotate(q, jnt_pos[jnt])
        #| end
        #| 0.4
        axis = wp.quat_rotate(q, jnt_axis[jnt])
        anchor_out[w, jnt] = anchor
        axis_out[w, jnt] = axis
        if kind == JNT_SLIDE:
            p += axis * qpos[w, adr]
        #| else
        if kind == JNT_SLIDE:
            p += wp.quat_rotate(q, jnt_axis[jnt]) * qpos[w, adr]
        #| end
        elif kind == JNT_HINGE:
            #| one of
            turn = wp.quat_from_axis_angle(jnt_axis[jnt], qpos[w, adr])
            q = q * turn
            #| or
            q = q * wp.quat_from_axis_angle(jnt_axis[jnt], qpos[w, adr])
            #| end
            p = anchor - wp.quat_rotate(q, jnt_pos[jnt])
        elif kind == JNT_BALL:
            # the scalar part comes first
            q = q * wp.normalize(wp.quat(qpos[w, adr + 1], qpos[w, adr + 2], qpos[w, adr + 3], qpos[w, adr]))
            p = anchor - wp.quat_rotate(q, jnt_pos[jnt])
        #| 0.7
        elif kind == JNT_FREE:
            p = wp.vec3(qpos[w, adr], qpos[w, adr + 1], qpos[w, adr + 2])
            q = wp.normalize(wp.quat(qpos[w, adr + 4], qpos[w, adr + 5], qpos[w, adr + 6], qpos[w, adr + 3]))
        #| end
        #| end
    #| 0.3
    q = wp.normalize(q)
    #| end
    #| one of
    pos_out[w, b] = p
    quat_out[w, b] = q
    #| or
    quat_out[w, b] = q
    pos_out[w, b] = p
    #| end
    #| 0.4
    com_out[w, b] = p + wp.quat_rotate(q, body_ipos[b])
    #| end
    #| 0.3
    mat_out[w, b] = wp.quat_to_matrix(q)
    #| end
