"""Bodies of velocity_pass for ``recipes/applications/multibody.py``."""

import warp as wp


def velocity_pass(
    b, sleeping, w, vel_out, world_active, parent_of, cvel, dof_adr, dof_num, cdof, qvel, jnt_adr, jnt_num, jnt_type,
    JNT_FREE, cdof_dot, motion_cross, JNT_BALL,
):
    #| one of
    #| 0.5
    #| one of
    if sleeping[w, b] == 1:
        vel_out[w, b] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        return
    #| or
    if not world_active[w]:
        return
    #| end
    #| end
    pid = parent_of[b]
    vel = cvel[w, pid]
    #| one of
    first = dof_adr[b]
    for k in range(dof_num[b]):
        dof = first + k
    #| or
    #: for dof in range(dof_adr[b], dof_adr[b] + dof_num[b]):
    #| end
        vel += cdof[w, dof] * qvel[w, dof]
    #| or
    #| 0.5
    if not world_active[w]:
        return
    #| end
    pid = parent_of[b]
    vel = cvel[w, pid]
    dof = int(dof_adr[b])
    for jnt in range(jnt_adr[b], jnt_adr[b] + jnt_num[b]):
        kind = jnt_type[jnt]
        if kind == JNT_FREE:
            # translation axes are fixed
            for k in range(3):
                cdof_dot[w, dof + k] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
                vel += cdof[w, dof + k] * qvel[w, dof + k]
            #| one of
            for k in range(3, 6):
                cdof_dot[w, dof + k] = motion_cross(vel, cdof[w, dof + k])
            for k in range(3, 6):
                vel += cdof[w, dof + k] * qvel[w, dof + k]
            dof += 6
            #| or
            dof += 3
            for k in range(3):
                cdof_dot[w, dof + k] = motion_cross(vel, cdof[w, dof + k])
            for k in range(3):
                vel += cdof[w, dof + k] * qvel[w, dof + k]
            dof += 3
            #| end
        elif kind == JNT_BALL:
            for k in range(3):
                cdof_dot[w, dof + k] = motion_cross(vel, cdof[w, dof + k])
            for k in range(3):
                vel += cdof[w, dof + k] * qvel[w, dof + k]
            dof += 3
        else:
            cdof_dot[w, dof] = motion_cross(vel, cdof[w, dof])
            vel += cdof[w, dof] * qvel[w, dof]
            dof += 1
    #| end
    vel_out[w, b] = vel
