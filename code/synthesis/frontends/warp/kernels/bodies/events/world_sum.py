"""Bodies of world_sum for ``recipes/applications/events.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def posture_cost(SKIPS, dof, old, template, tid, wrap_angle, deadband, huber, weight, sums, wid):
    SKIPS
    diff = old[tid] - template[dof]
    #| 0.4
    # multiple windings count as one
    diff = wrap_angle(diff)
    #| end
    #| 0.3
    # small ones are not penalized
    if wp.abs(diff) < deadband[dof]:
        return
    #| end
    e = either(weight[dof] * huber(diff), weight[dof] * diff * diff, weight[dof] * wp.abs(diff), 0.5 * weight[dof] * diff * diff)
    wp.atomic_add(sums, wid, e)


def power_cost(SKIPS, tid, torque, velocity, dof, sums, weight, wid, count_braking, recovery, loss):
    SKIPS
    #| one of
    power = torque[tid] * velocity[tid]
    # braking energy is lost
    #| one of
    wp.atomic_add(sums, wid, weight[dof] * wp.max(power, 0.0))
    #| or
    if power > 0.0:
        wp.atomic_add(sums, wid, weight[dof] * power)
    elif count_braking:
        # part of it is reflected
        wp.atomic_add(sums, wid, recovery * weight[dof] * power)
    #| end
    #| or
    power = wp.abs(torque[tid] * velocity[tid])
    #| 0.4
    # heat in the windings
    power = power + loss[dof] * torque[tid] * torque[tid]
    #| end
    wp.atomic_add(sums, wid, weight[dof] * power)
    #| or
    tau = torque[tid]
    wp.atomic_add(sums, wid, weight[dof] * either((wp.abs(tau * velocity[tid]) + loss[dof] * tau * tau), (tau * tau + wp.abs(tau * velocity[tid]))))
    #| end


def action_rate_cost(SKIPS, action, last_action, tid, dof, weight, last_last_action, sums, wid):
    SKIPS
    #| one of
    rate = action[tid] - last_action[tid]
    e = either(weight[dof] * rate * rate, weight[dof] * wp.abs(rate))
    #| or
    # first and second derivative
    rate = action[tid] - last_action[tid]
    jerk = action[tid] - 2.0 * last_action[tid] + last_last_action[tid]
    e = weight[dof] * (rate * rate + jerk * jerk)
    #| end
    wp.atomic_add(sums, wid, e)
