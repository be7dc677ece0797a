"""Bodies of interpolate_state for ``recipes/applications/transfers.py``."""

import warp as wp


def interpolate_state(
    alpha, body_qd, default_qd, state_qd, tid, KINEMATIC, body_flags, has_flag, keep_velocity, body_q, state_q,
    default_q, max_jump, blended,
):
    #| 0.5
    state_qd[tid] = (1.0 - alpha) * default_qd[tid] + alpha * body_qd[tid]
    #| end
    #| 0.3
    if has_flag(body_flags[tid], KINEMATIC) and not keep_velocity:
        state_q[tid] = body_q[tid]
        return
    #| end
    #? between the last two steps of the simulation
    x_a = wp.transform_get_translation(default_q[tid])
    x_b = wp.transform_get_translation(body_q[tid])
    q_a = wp.transform_get_rotation(default_q[tid])
    q_b = wp.transform_get_rotation(body_q[tid])
    #| one of
    if wp.length(x_b - x_a) > max_jump:
        #? it was set somewhere else
        state_q[tid] = body_q[tid]
        return
    #| or
    #| end
    #| one of
    #? the shorter way around
    if wp.dot(q_a, q_b) < 0.0:
        q_b = -q_b
    state_q[tid] = wp.transform(wp.lerp(x_a, x_b, alpha), wp.normalize(q_a * (1.0 - alpha) + q_b * alpha))
    #| or
    state_q[tid] = wp.transform(x_a + alpha * (x_b - x_a), blended(q_a, q_b, alpha))
    #| or
    state_q[tid] = wp.transform(wp.lerp(x_a, x_b, alpha), blended(q_a, q_b, alpha))
    #| end
