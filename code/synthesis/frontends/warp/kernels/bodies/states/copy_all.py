"""Bodies of copy_all for ``recipes/applications/states.py``."""

from synthesis.drawing.kernel_files.words import either


def copy_all(q_at, q_init, q_out, qd_at, qd_init, qd_out, reset_velocity):
    for k in range(7):
        q_out[q_at + k] = q_init[q_at + k]
    #| one of
    for k in range(6):
        qd_out[qd_at + k] = either(0.0, 0.0, qd_init[qd_at + k])
    #| or
    if reset_velocity:
        for k in range(6):
            qd_out[qd_at + k] = 0.0
    #| or
    #? it may be thrown at the start
    for k in range(3):
        qd_out[qd_at + k] = qd_init[qd_at + k]
        qd_out[qd_at + 3 + k] = 0.0
    #| end
