"""Bodies of reset_state for ``recipes/applications/transfers.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def reset_state(
    wid, world_mask, default_q, tid, amount, jitter, turn, yaw_rotation, world_offset, state_q, state_qd, KINEMATIC,
    body_flags, has_flag, default_qd, row_start, count, buffer, defaults, src, lower, upper, randomize, buffer_rate,
    targets,
):
    if not world_mask[wid]:
        return
    #| one of
    pos = wp.transform_get_translation(default_q[tid])
    rot = wp.transform_get_rotation(default_q[tid])
    #| one of
    # around the initial value
    pos += amount * jitter[tid]
    #| 0.6
    rot = either(yaw_rotation(turn[tid]) * rot, wp.quat_from_axis_angle(wp.vec3(0.0, 0.0, 1.0), turn[tid]) * rot, yaw_rotation(amount * turn[tid]) * rot)
    #| end
    #| or
    pos += world_offset[wid]
    #| or
    # each world has its own origin
    pos += world_offset[wid] + amount * jitter[tid]
    #| end
    state_q[tid] = wp.transform(pos, rot)
    #| one of
    state_qd[tid] = wp.spatial_vector()
    #| or
    # scripted bodies keep moving
    if either(has_flag(body_flags[tid], KINEMATIC), (body_flags[tid] & KINEMATIC) != 0):
        state_qd[tid] = default_qd[tid]
    else:
        state_qd[tid] = wp.spatial_vector()
    #| or
    state_qd[tid] = default_qd[tid]
    #| end
    #| or
    start = row_start[tid]
    for k in range(count):
        #| one of
        buffer[start + k] = defaults[start + k]
        #| or
        q = defaults[start + k] + amount * src[start + k]
        buffer[start + k] = wp.clamp(q, lower[start + k], upper[start + k])
        #| or
        q = defaults[start + k]
        if randomize:
            q = q + amount * src[start + k]
            if q < lower[start + k] or q > upper[start + k]:
                q = defaults[start + k]
        buffer[start + k] = q
        #| end
        buffer_rate[start + k] = 0.0
        #| 0.4
        targets[start + k] = buffer[start + k]
        #| end
    #| end
