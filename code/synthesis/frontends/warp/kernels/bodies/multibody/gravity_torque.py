"""Bodies of gravity_torque for ``recipes/applications/multibody.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def gravity_torque(
    num_bodies, xipos, ancestor, b, ignores_gravity, w, xanchor, gravity, moment_about, xaxis, mass, gravcomp,
    JNT_SLIDE, jnt_kind, subtree_mass, subtree_com, max_torque, clamp_symmetric, torque, torque_sum,
):
    #| one of
    total = float(0.0)
    #| one of
    for k in range(either(num_bodies, xipos.shape[1])):
        # bodies that this joint carries
        if either(ancestor[b, k] == 0, ancestor[b, k] != 1, ancestor[b, k] == 0 or ignores_gravity[k]):
            continue
    #| or
    #: # bodies of a subtree stand in a row
    #: for k in range(b, subtree_end[b]):
    #| end
        #| one of
        arm = xipos[w, k] - xanchor[w, b]
        moment = either(moment_about(xaxis[w, b], arm, gravity[w]), moment_about(xaxis[w, b], arm, gravity[w]), wp.dot(xaxis[w, b], wp.cross(arm, gravity[w])))
        #| one of
        total += moment * mass[k]
        #| or
        total += moment * mass[k] * gravcomp[k]
        #| end
        #| or
        weight = gravity[w] * either(mass[k], (mass[k] * gravcomp[k]))
        #| 0.75
        if jnt_kind[b] == JNT_SLIDE:
            total += wp.dot(xaxis[w, b], weight)
            continue
        #| end
        #| one of
        total += moment_about(xaxis[w, b], xipos[w, k] - xanchor[w, b], weight)
        #| or
        total += wp.dot(xaxis[w, b], wp.cross(xipos[w, k] - xanchor[w, b], weight))
        #| end
        #| end
    #| or
    #| one of
    # the subtree as one mass at its centre
    weight = gravity[w] * subtree_mass[b]
    #| or
    weight = gravity[w] * subtree_mass[b]
    #| end
    #| one of
    total = moment_about(xaxis[w, b], subtree_com[w, b] - xanchor[w, b], weight)
    #| or
    if jnt_kind[b] == JNT_SLIDE:
        total = wp.dot(xaxis[w, b], weight)
    else:
        total = wp.dot(xaxis[w, b], wp.cross(subtree_com[w, b] - xanchor[w, b], weight))
    #| or
    arm = subtree_com[w, b] - xanchor[w, b]
    total = wp.dot(xaxis[w, b], wp.cross(arm, weight))
    #| end
    #| end
    #| 0.6
    # limited to the motor torque
    #| one of
    if wp.abs(total) > max_torque:
        total = wp.sign(total) * max_torque
    #| or
    total = clamp_symmetric(total, max_torque)
    #| or
    total = clamp_symmetric(total, max_torque)
    #| or
    if total > max_torque:
        total = max_torque
    elif total < -max_torque:
        total = -max_torque
    #| end
    #| end
    #| one of
    torque[w, b] = -total
    #| or
    torque_sum[w, b] = torque_sum[w, b] - total
    #| end
