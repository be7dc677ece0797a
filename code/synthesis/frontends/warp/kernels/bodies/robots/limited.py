"""Bodies of limited for ``recipes/applications/robots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def limited(clamp_symmetric, effort, j, tau, qd, speed_limit):
    #| one of
    tau = either(wp.clamp(tau, -effort[j], effort[j]), clamp_symmetric(tau, effort[j]))
    #| or
    # torque falls with speed, but a motor that brakes has all of it
    room = float(effort[j])
    if tau * qd > 0.0:
        room = effort[j] * wp.max(1.0 - wp.abs(qd) / speed_limit[j], 0.0)
    tau = either(clamp_symmetric(tau, room), clamp_symmetric(tau, room), wp.clamp(tau, -room, room))
    #| or
    if tau > effort[j]:
        tau = effort[j]
    elif tau < -effort[j]:
        tau = -effort[j]
    #| end
