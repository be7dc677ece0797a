"""Bodies of actuator_force for ``recipes/applications/coordinates.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def actuator_force(
    trn_id, u, jnt_dofadr, gear, jnt_qposadr, long_qpos, w, long_qvel, ctrl, limited, ctrl_lower, ctrl_upper,
    DYN_INTEGRATOR, dyn_type, act_dot, act, DYN_FILTER, dyn_prm, gain_prm, GAIN_AFFINE, gain_type, BIAS_AFFINE,
    bias_type, bias_prm, force_limited, force_range, force, qfrc,
):
    jnt = trn_id[u]
    dof = jnt_dofadr[jnt]
    length = gear[u] * long_qpos[w, jnt_qposadr[jnt]]
    velocity = gear[u] * long_qvel[w, dof]
    #| 0.8
    value = ctrl[w, u]
    if limited[u]:
        value = wp.clamp(value, ctrl_lower[u], ctrl_upper[u])
    #| else
    value = ctrl[w, u]
    #| end
    #| 0.6
    # with an activation state, the control drives the activation
    if dyn_type[u] == DYN_INTEGRATOR:
        act_dot[w, u] = value
        value = act[w, u]
    elif dyn_type[u] == DYN_FILTER:
        act_dot[w, u] = (value - act[w, u]) / dyn_prm[u][0]
        value = act[w, u]
    else:
        act_dot[w, u] = 0.0
    #| end
    gain = gain_prm[u][0]
    if gain_type[u] == GAIN_AFFINE:
        gain += gain_prm[u][1] * length + gain_prm[u][2] * velocity
    f = gain * value
    if bias_type[u] == BIAS_AFFINE:
        f += bias_prm[u][0] + bias_prm[u][1] * length + bias_prm[u][2] * velocity
    #| 0.7
    if force_limited[u]:
        f = wp.clamp(f, force_range[u][0], force_range[u][1])
    #| end
    force[w, u] = f
    #| 0.6
    wp.atomic_add(qfrc, w, dof, gear[u] * f)
    #| end


def apply_motor_controls(
    trn_id, u, jnt_dofadr, jnt_qposadr, long_qpos, w, long_qvel, act_type, MODE_EFFORT, ctrl, MODE_POSITION, damping,
    stiffness, bias_force, MODE_VELOCITY, clamp_symmetric, max_force, no_load_speed, stall_force, force, qfrc,
):
    jnt = trn_id[u]
    dof = jnt_dofadr[jnt]
    q = long_qpos[w, jnt_qposadr[jnt]]
    qd = long_qvel[w, dof]
    mode = act_type[u]
    f = either(float(0.0), float(0.0))
    if mode == MODE_EFFORT:
        f = ctrl[w, u]
    elif mode == MODE_POSITION:
        f = stiffness[u] * (ctrl[w, u] - q) - damping[u] * qd
        #| 0.4
        # force needed to hold it at rest
        f += bias_force[w, dof]
        #| end
    elif mode == MODE_VELOCITY:
        f = damping[u] * (ctrl[w, u] - qd)
    #| one of
    f = either(wp.clamp(f, -max_force[u], max_force[u]), clamp_symmetric(f, max_force[u]))
    #| or
    # available torque falls with speed in that direction
    most = wp.clamp(stall_force[u] * (1.0 - qd / no_load_speed[u]), 0.0, max_force[u])
    least = wp.clamp(stall_force[u] * (-1.0 - qd / no_load_speed[u]), -max_force[u], 0.0)
    f = wp.clamp(f, least, most)
    #| end
    #| one of
    force[w, u] = f
    wp.atomic_add(qfrc, w, dof, f)
    #| or
    wp.atomic_add(qfrc, w, dof, f)
    #| or
    force[w, u] = f
    #| end
