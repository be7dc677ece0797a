"""Bodies of world_state for ``recipes/applications/kinematics.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def world_state(body_q, tid, body_com, STATE):
    X_wb = body_q[tid]
    q = wp.transform_get_rotation(X_wb)
    com_w = either(wp.transform_point(X_wb, body_com[tid]), wp.transform_get_translation(X_wb) + wp.quat_rotate(q, body_com[tid]))
    STATE
