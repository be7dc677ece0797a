"""Bodies of wrench for ``recipes/applications/kinematics.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def wrench(KINEMATIC, body_flags, has_flag, tid, NO_WRENCH, body_q, body_com, FORCES, WRENCH):
    #| 0.4
    if either((body_flags[tid] & KINEMATIC) != 0, has_flag(body_flags[tid], KINEMATIC)):
        NO_WRENCH
        return
    #| end
    X_wb = body_q[tid]
    com_w = wp.transform_point(X_wb, body_com[tid])
    FORCES
    WRENCH
