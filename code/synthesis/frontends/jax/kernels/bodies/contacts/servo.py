"""Bodies of servo for ``recipes/applications/contacts.py``."""


def servo(act, ctrl, qpos, qvel):
    #? 0.4 PD control to the target position
    #| one of
    error = ctrl - qpos[act.dof]
    force = act.gain * error - act.damping * qvel[act.dof]
    #| or
    force = act.gain * (ctrl - qpos[act.dof]) - act.damping * qvel[act.dof]
    #| end
