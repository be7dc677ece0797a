"""Bodies of world_check for ``recipes/applications/events.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def clamp_joint_positions(old, tid, dof, limit_excess, lower, upper, bad, wid, velocity, rate_out):
    value = old[tid]
    #| one of
    excess = limit_excess(value, lower[dof], upper[dof])
    if excess != 0.0:
        wp.atomic_add(bad, wid, 1)
        #| one of
        if excess * velocity[tid] > 0.0:
            # no outward velocity
            rate_out[tid] = 0.0
        else:
            rate_out[tid] = velocity[tid]
        #| or
        #| end
    OUT = value - excess
    #| or
    if value < lower[dof] or value > upper[dof]:
        wp.atomic_add(bad, wid, 1)
        OUT = wp.clamp(value, lower[dof], upper[dof])
    else:
        OUT = value
    #| or
    if value < lower[dof]:
        OUT = lower[dof]
        #| 0.5
        # no outward velocity
        rate_out[tid] = wp.max(velocity[tid], 0.0)
        #| end
        wp.atomic_add(bad, wid, 1)
    elif value > upper[dof]:
        OUT = upper[dof]
        #| 0.5
        rate_out[tid] = wp.min(velocity[tid], 0.0)
        #| end
        wp.atomic_add(bad, wid, 1)
    else:
        OUT = value
        #| 0.5
        rate_out[tid] = velocity[tid]
        #| end
    #| end


def check_joint_limits(dof, lower, old, tid, upper, limit_excess, bad, wid, largest):
    #| one of
    excess = wp.max(lower[dof] - old[tid], old[tid] - upper[dof])
    #| or
    excess = wp.abs(limit_excess(old[tid], lower[dof], upper[dof]))
    #| end
    if excess > 0.0:
        wp.atomic_add(bad, wid, 1)
        wp.atomic_max(largest, wid, excess)


def count_limit_violations(dof, lower, old, tid, num_below, wid, upper, num_above, max_speed, velocity, num_fast):
    if old[tid] < lower[dof]:
        wp.atomic_add(num_below, wid, 1)
    elif old[tid] > upper[dof]:
        wp.atomic_add(num_above, wid, 1)
    #| 0.4
    if wp.abs(velocity[tid]) > max_speed:
        wp.atomic_add(num_fast, wid, 1)
    #| end


def joint_limit_cost(SKIPS, dof, lower, old, tid, upper, limit_excess, soft, sums, weight, wid):
    SKIPS
    #| one of
    excess = wp.max(lower[dof] - old[tid], 0.0) + wp.max(old[tid] - upper[dof], 0.0)
    #| or
    #| one of
    excess = wp.abs(limit_excess(old[tid], lower[dof], upper[dof]))
    #| or
    excess = wp.abs(limit_excess(old[tid], soft * lower[dof], soft * upper[dof]))
    #| end
    #| or
    excess = float(0.0)
    if old[tid] < soft * lower[dof]:
        excess = soft * lower[dof] - old[tid]
    elif old[tid] > soft * upper[dof]:
        excess = old[tid] - soft * upper[dof]
    #| end
    wp.atomic_add(sums, wid, either(weight[dof] * excess, weight[dof] * excess * excess))
