"""Bodies of scatter_bodies for ``recipes/applications/transfers.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def scatter_bodies(
    ACTIVE, body_flags, enabled, tid, wid, world_mask, slot_of, body_q, scattered, body_qd, scattered_v, swapped,
    KINEMATIC, has_flag, keep_velocity, world_offset, qpos_out, qvel_out,
):
    #| 0.2
    if either(not enabled[tid], not world_mask[wid], (body_flags[tid] & ACTIVE) == 0):
        return
    #| end
    slot = slot_of[tid]
    #| one of
    scattered[slot] = body_q[tid]
    #| one of
    scattered_v[slot] = body_qd[tid]
    #| or
    # linear and angular part in the other order
    scattered_v[slot] = swapped(body_qd[tid])
    #| or
    if has_flag(body_flags[tid], KINEMATIC) and not keep_velocity:
        scattered_v[slot] = wp.spatial_vector()
    else:
        scattered_v[slot] = either(swapped(body_qd[tid]), body_qd[tid])
    #| or
    # linear and angular part in the other order
    scattered_v[slot] = wp.spatial_vector(wp.spatial_bottom(body_qd[tid]), wp.spatial_top(body_qd[tid]))
    #| end
    #| or
    pos = wp.transform_get_translation(body_q[tid])
    #| 0.5
    # relative to the world that it is in
    pos -= world_offset[wid]
    #| end
    q = wp.transform_get_rotation(body_q[tid])
    for k in range(3):
        qpos_out[slot, k] = pos[k]
    # w comes first there
    qpos_out[slot, 3] = q[3]
    #| one of
    for k in range(3):
        qpos_out[slot, 4 + k] = q[k]
    #| or
    qpos_out[slot, 4] = q[0]
    qpos_out[slot, 5] = q[1]
    qpos_out[slot, 6] = q[2]
    #| end
    #| 0.6
    v = wp.spatial_top(body_qd[tid])
    # turning rates are in the frame of the body
    ang = wp.quat_rotate_inv(q, wp.spatial_bottom(body_qd[tid]))
    for k in range(3):
        qvel_out[slot, k] = v[k]
        qvel_out[slot, 3 + k] = ang[k]
    #| end
    #| end
