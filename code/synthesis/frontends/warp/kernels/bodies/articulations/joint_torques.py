"""Bodies of joint_torques for ``recipes/applications/articulations.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def joint_torques(
    articulation_active, tid, end, start, joint_parent, joint_child, body_f_ext, body_f_in, body_ft, joint_qd_start,
    joint_S_s, joint_act, joint_damping, joint_qd, tau, armature, joint_qdd,
):
    #| 0.7
    if not articulation_active[tid]:
        return
    #| end
    # from the leaves to the root
    #| one of
    for j in range(end - 1, start - 1, -1):
    #| or
    #: for back in range(end - start):
    #:     j = end - back - 1
    #| end
        parent = joint_parent[j]
        child = joint_child[j]
        f_s = either(body_f_in[child] + body_ft[child], body_ft[child] + body_f_in[child] - body_f_ext[child])
        #| one of
        for k in range(joint_qd_start[j], joint_qd_start[j + 1]):
            #| one of
            #| one of
            #| one of
            tau[k] = -wp.dot(joint_S_s[k], f_s) + joint_act[k] - joint_damping[k] * joint_qd[k]
            #| or
            tau[k] = -wp.dot(joint_S_s[k], f_s) + joint_act[k]
            #| end
            #| or
            #| one of
            tau[k] = -wp.dot(joint_S_s[k], f_s)  - joint_damping[k] * joint_qd[k]
            #| or
            tau[k] = -wp.dot(joint_S_s[k], f_s)
            #| end
            #| end
            #| or
            # motor torque including rotor inertia
            tau[k] = wp.dot(joint_S_s[k], f_s) + armature[k] * joint_qdd[k]
            #| end
        #| or
        qd_start = joint_qd_start[j]
        qd_end = joint_qd_start[j + 1]
        for k in range(qd_start, qd_end):
            #| one of
            #| one of
            #| one of
            tau[k] = -wp.dot(joint_S_s[k], f_s) + joint_act[k] - joint_damping[k] * joint_qd[k]
            #| or
            tau[k] = -wp.dot(joint_S_s[k], f_s) + joint_act[k]
            #| end
            #| or
            #| one of
            tau[k] = -wp.dot(joint_S_s[k], f_s)  - joint_damping[k] * joint_qd[k]
            #| or
            tau[k] = -wp.dot(joint_S_s[k], f_s)
            #| end
            #| end
            #| or
            # motor torque including rotor inertia
            tau[k] = wp.dot(joint_S_s[k], f_s) + armature[k] * joint_qdd[k]
            #| end
        #| end
        if parent >= 0:
            #| one of
            body_ft[parent] = body_ft[parent] + f_s
            #| or
            body_ft[parent] += f_s
            #| end
