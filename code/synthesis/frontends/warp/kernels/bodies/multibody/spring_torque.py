"""Bodies of spring_torque for ``recipes/applications/multibody.py``."""

import warp as wp


def spring_torque(
    w, world_active, b, sleeping, stiffness, jnt_type, JNT_FREE, jnt_qposadr, dof_adr, JNT_BALL, qpos, spring_ref,
    rotation_vector, damping, qvel, spring, dead_band,
):
    #| 0.5
    #| one of
    if not world_active[w]:
        return
    #| or
    if sleeping[w, b] == 1 or not world_active[w]:
        return
    #| end
    #| end
    #| one of
    ke = stiffness[b]
    kind = jnt_type[b]
    #| or
    kind = jnt_type[b]
    ke = stiffness[b]
    #| end
    #| one of
    #? a floating body is unconstrained
    if ke <= 0.0 or kind == JNT_FREE:
        return
    adr = jnt_qposadr[b]
    dof = dof_adr[b]
    if kind == JNT_BALL:
        # the scalar part comes first
        q = wp.normalize(wp.quat(qpos[w, adr + 1], qpos[w, adr + 2], qpos[w, adr + 3], qpos[w, adr]))
        #| 0.5
        q0 = wp.normalize(wp.quat(
            spring_ref[adr + 1], spring_ref[adr + 2], spring_ref[adr + 3], spring_ref[adr]
        ))
        turn = rotation_vector(wp.quat_inverse(q0) * q)
        #| else
        turn = rotation_vector(q)
        #| end
        for i in range(3):
            #| one of
            spring[w, dof + i] = -ke * turn[i]- damping[b] * qvel[w, dof + i]
            #| or
            spring[w, dof + i] = -ke * turn[i]
            #| end
    #| or
    #? no spring
    if ke <= 0.0:
        return
    adr = jnt_qposadr[b]
    dof = dof_adr[b]
    #| one of
    if kind == JNT_FREE or kind == JNT_BALL:
    #| or
    #: if kind == JNT_BALL or kind == JNT_FREE:
    #| end
        at = int(adr)
        to = int(dof)
        if kind == JNT_FREE:
            #? pulled back to its rest position first
            for i in range(3):
                spring[w, dof + i] = ke * (spring_ref[adr + i] - qpos[w, adr + i])
            at = adr + 3
            to = dof + 3
        # the scalar part comes first
        q = wp.normalize(wp.quat(qpos[w, at + 1], qpos[w, at + 2], qpos[w, at + 3], qpos[w, at]))
        q0 = wp.normalize(wp.quat(spring_ref[at + 1], spring_ref[at + 2], spring_ref[at + 3], spring_ref[at]))
        turn = rotation_vector(wp.quat_inverse(q0) * q)
        for i in range(3):
            spring[w, to + i] = -ke * turn[i]
    #| end
    else:
        #| one of
        stretch = qpos[w, adr] - spring_ref[adr]
        #| 0.5
        #? dead band
        if wp.abs(stretch) < dead_band:
            stretch = 0.0
        #| end
        spring[w, dof] = -ke * stretch
        #| or
        spring[w, dof] = ke * (spring_ref[adr] - qpos[w, adr])
        #| or
        spring[w, dof] = -ke * (qpos[w, adr] - spring_ref[adr]) - damping[b] * qvel[w, dof]
        #| end
