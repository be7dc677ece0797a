"""Bodies of turned for ``recipes/applications/bodies.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def integrate_rotation(joint_q: wp.array[float], at: int, w: wp.vec3, dt: float):
    q = wp.quat(joint_q[at], joint_q[at + 1], joint_q[at + 2], joint_q[at + 3])
    #| one of
    q = wp.normalize(q + wp.quat(w, 0.0) * q * (0.5 * dt))
    #| or
    q = wp.normalize(q + 0.5 * dt * (wp.quat(w[0], w[1], w[2], 0.0) * q))
    #| or
    angle = wp.length(w) * dt
    if angle > 1.0e-6:
        q = wp.normalize(wp.quat_from_axis_angle(wp.normalize(w), angle) * q)
    #| end
    for k in range(4):
        joint_q[at + k] = q[k]
