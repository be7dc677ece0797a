"""Bodies of forces_to_joints for ``recipes/applications/multibody.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def forces_to_joints(
    w, world_active, b, xfrc, has_load, sleeping, JNT_SLIDE, jnt_kind, torque_sum, xaxis, xanchor, xipos, joint_share,
    JNT_HINGE, nodes,
):
    #| 0.4
    if not world_active[w]:
        return
    #| end
    #? a force here acts on all joints up to the root
    push = wp.spatial_top(xfrc[w, b])
    moment = wp.spatial_bottom(xfrc[w, b])
    #| 0.6
    if either(not has_load[b], not has_load[b] or sleeping[w, b] == 1):
        return
    #| end
    a = int(b)
    while a >= 0:
        #| one of
        if jnt_kind[a] == JNT_SLIDE:
            wp.atomic_add(torque_sum, w, a, wp.dot(xaxis[w, a], push))
        else:
            arm = xipos[w, b] - xanchor[w, a]
            wp.atomic_add(torque_sum, w, a, wp.dot(xaxis[w, a], moment + wp.cross(arm, push)))
        #| or
        arm = xipos[w, b] - xanchor[w, a]
        wp.atomic_add(torque_sum, w, a, joint_share(jnt_kind[a], xaxis[w, a], push, moment, arm))
        #| or
        axis = xaxis[w, a]
        if jnt_kind[a] == JNT_HINGE:
            arm = xipos[w, b] - xanchor[w, a]
            wp.atomic_add(torque_sum, w, a, wp.dot(axis, moment + wp.cross(arm, push)))
        elif jnt_kind[a] == JNT_SLIDE:
            wp.atomic_add(torque_sum, w, a, wp.dot(axis, push))
        #| end
        a = nodes[a]
