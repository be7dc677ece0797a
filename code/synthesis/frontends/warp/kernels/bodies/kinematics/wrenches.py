"""Bodies of wrenches for ``recipes/applications/kinematics.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def wrenches(ARM, force, saturate, throttle, tid, X_wb, arm, torque_ratio):
    ARM
    # a thruster that is fixed to the body
    thrust = either(force[tid], saturate(throttle[tid]) * force[tid])
    f = wp.quat_rotate(wp.transform_get_rotation(X_wb), thrust)
    t = wp.cross(arm, f)
    #| 0.5
    # and the reaction torque
    t -= wp.quat_rotate(wp.transform_get_rotation(X_wb), thrust) * torque_ratio
    #| end


def wrenches_2(ARM, body_v, tid, wind, drag, wind_on, arm, omega, spin_drag):
    ARM
    #? wind force depends on relative air speed
    passing = wind - body_v[tid]
    #| one of
    f = passing * (drag * wp.length(passing))
    #| or
    f = passing * drag
    #| end
    #| 0.5
    # only outdoors
    if wind_on[tid] == 0:
        f = -body_v[tid] * drag
    #| end
    t = wp.cross(arm, f)
    t -= omega[tid] * either(spin_drag, (spin_drag * wp.length(omega[tid])))


def wrenches_3(
    ARM, com_w, draft, ground, saturate, displaced, gravity, masses, tid, arm, body_v, drag, omega, spin_drag,
):
    ARM
    #? submerged parts are lifted by buoyancy
    submerged = saturate((ground - com_w[2]) / draft + 0.5)
    #| one of
    f = gravity[0] * -displaced * submerged
    #| or
    f = gravity[0] * (masses[tid] - displaced * submerged)
    #| end
    #| one of
    # at the centre of what is pushed away
    t = wp.cross(arm, gravity[0] * (-displaced * submerged))
    #| or
    t = wp.cross(arm, gravity[0]) * (-displaced * submerged)
    #| end
    if submerged > 0.0:
        f -= body_v[tid] * (drag * submerged)
        t -= omega[tid] * (spin_drag * submerged)


def wrenches_4(ARM, force, tid, arm, torque, application, com_w, force_local, X_wb, body_com, gravity, masses):
    #| one of
    ARM
    f = force[tid]
    t = torque[tid] + wp.cross(arm, f)
    #| or
    arm = application[tid] - com_w
    f = force[tid]
    t = torque[tid]
    if force_local[tid]:
        # everything is in the body frame
        rot = wp.transform_get_rotation(X_wb)
        arm = wp.quat_rotate(rot, application[tid] - body_com[tid])
        f = wp.quat_rotate(rot, f)
        t = wp.quat_rotate(rot, t)
    t += wp.cross(arm, f)
    #| end
    #| 0.4
    f += gravity[0] * masses[tid]
    #| end
