"""Bodies of torque for ``recipes/applications/contacts.py``."""


def torque(ctrl, act, qvel):
    force = act.gain * ctrl
    #? 0.4 a motor loses torque with its speed
    force = force - act.damping * qvel[act.dof]
