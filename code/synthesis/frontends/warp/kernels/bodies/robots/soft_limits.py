"""Bodies of soft_limits for ``recipes/applications/robots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def joint_limit_penalty(env, j, joint_q, lower, upper, soft, penalty, limit_ke, joint_qd, max_speed, speed_cost):
    q = joint_q[env, j]
    #| one of
    # a part of the range has no penalty
    middle = 0.5 * (lower[j] + upper[j])
    half = 0.5 * (upper[j] - lower[j]) * soft
    out = wp.max(wp.abs(q - middle) - half, 0.0)
    #| or
    out = float(0.0)
    if q < lower[j]:
        out = lower[j] - q
    elif q > upper[j]:
        out = q - upper[j]
    #| or
    out = wp.max(lower[j] - q, 0.0) + wp.max(q - upper[j], 0.0)
    #| end
    #| one of
    #| one of
    if out > 0.0:
        wp.atomic_add(penalty, env, either(out, out * out))
    #| or
    wp.atomic_add(penalty, env, either(out, out * out))
    #| end
    #| or
    # cost grows beyond the limit
    cost = limit_ke * out * out
    #| 0.5
    #| one of
    # and within its speed limit
    excess = wp.max(wp.abs(joint_qd[env, j]) - max_speed, 0.0)
    cost += speed_cost * excess * excess
    #| or
    if wp.abs(joint_qd[env, j]) > max_speed:
        cost += speed_cost * (wp.abs(joint_qd[env, j]) - max_speed)
    #| end
    #| end
    wp.atomic_add(penalty, env, cost)
    #| end
