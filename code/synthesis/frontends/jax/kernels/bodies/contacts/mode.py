"""Bodies of mode for ``recipes/applications/contacts.py``."""


def mode(mode, act, ctrl, qpos, qvel):
    #| one of
    if mode == 'position':
        #? 0.4 PD control to the target position
        error = ctrl - qpos[act.dof]
        force = act.gain * error - act.damping * qvel[act.dof]
    elif mode == 'velocity':
        force = act.gain * (ctrl - qvel[act.dof])
    elif mode == 'torque':
        force = act.gain * ctrl
    else:
        raise ValueError(f'unknown mode of control {mode}')
    #| or
    if mode not in ('position', 'torque'):
        raise ValueError(f'expected position or torque, got {mode}')
    force = act.gain * ctrl - act.damping * qvel[act.dof]
    if mode == 'position':
        #? 0.4 controls are targets of joints
        force = force - act.gain * qpos[act.dof]
    #| end
