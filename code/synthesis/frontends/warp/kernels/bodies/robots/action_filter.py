"""Bodies of action_filter for ``recipes/applications/robots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def filter_actions(
    actions, clamp_symmetric, env, j, previous, step_count, smoothing, max_rate, relative, action_scale, joint_q,
    default_q, lower, upper, soft, applied, filtered,
):
    a = clamp_symmetric(actions[env, j], 1.0)
    last = float(previous[env, j])
    #| 0.5
    # there is none before the first
    if step_count[env] == 0:
        last = a
    #| end
    #| one of
    # smoothed
    a = smoothing * last + (1.0 - smoothing) * a
    #| or
    a = wp.lerp(a, last, smoothing)
    #| or
    # limited rate of change
    a = last + clamp_symmetric(a - last, max_rate)
    #| or
    step = a - last
    if wp.abs(step) > max_rate:
        a = last + wp.sign(step) * max_rate
    #| end
    #| one of
    if relative != 0:
        goal = joint_q[env, j] + action_scale * a
    else:
        goal = default_q[j] + action_scale * a
    #| or
    goal = default_q[j] + action_scale * a
    #| or
    # from the middle of the range to its ends
    middle = 0.5 * (lower[j] + upper[j])
    goal = middle + 0.5 * (upper[j] - lower[j]) * a
    #| end
    #| 0.6
    goal = wp.clamp(goal, soft * lower[j], soft * upper[j])
    #| end
    applied[env, j] = goal
    # initial state of the next step
    filtered[env, j] = a


def apply_delayed_actions(
    delay, env, step_count, QUEUE_LENGTH, j, queue, clamp_symmetric, gear, action_scale, default_q, relative, joint_q,
    lower, upper, applied, joint_qd, kd, kp, effort, tau_out,
):
    #| one of
    # an action comes some steps late
    if step_count[env] < delay[env]:
        a = 0.0
    else:
        a = queue[env, (step_count[env] - delay[env]) % QUEUE_LENGTH, j]
    #| or
    a = float(0.0)
    if step_count[env] >= delay[env]:
        a = queue[env, (step_count[env] - delay[env]) % QUEUE_LENGTH, j]
    #| end
    a = either(clamp_symmetric(a, 1.0), clamp_symmetric(a, 1.0), wp.clamp(a, -1.0, 1.0))
    #| 0.4
    a = a * gear[j]
    #| end
    #| one of
    goal = default_q[j] + action_scale * a
    #| or
    if relative != 0:
        goal = joint_q[env, j] + action_scale * a
    else:
        goal = default_q[j] + action_scale * a
    #| end
    #| 0.6
    goal = wp.clamp(goal, lower[j], upper[j])
    #| end
    #| one of
    applied[env, j] = goal
    #| or
    tau = kp[j] * (goal - joint_q[env, j]) - kd[j] * joint_qd[env, j]
    tau_out[env, j] = clamp_symmetric(tau, effort[j])
    #| end


def apply_actions(
    actions, clamp_symmetric, env, j, step_count, warmup, amount, noise, action_scale, default_q, lower, upper, dt,
    speed_limit, joint_q, applied, last_target, rate_out,
):
    a = clamp_symmetric(actions[env, j], 1.0)
    #| one of
    # the first actions after a reset are ignored
    if step_count[env] < warmup:
        a = 0.0
    #| or
    # fades in after a reset
    if step_count[env] < warmup:
        a = a * float(step_count[env]) / float(warmup)
    #| end
    #| 0.4
    a += amount * noise[env, j]
    #| end
    goal = default_q[j] + action_scale * a
    #| one of
    #| one of
    goal = wp.clamp(goal, lower[j], upper[j])
    #| or
    # within what it can reach in a step
    reach = speed_limit[j] * dt
    goal = wp.clamp(goal, joint_q[env, j] - reach, joint_q[env, j] + reach)
    #| end
    applied[env, j] = goal
    #| or
    applied[env, j] = goal
    rate_out[env, j] = (goal - last_target[env, j]) / dt
    #| end
