"""Bodies of gather_valid for ``recipes/applications/transfers.py``."""

import warp as wp


def gather_valid(
    local_to_global, tid, body_q, pose_out, shifted, wid, world_offset, body_qd, velocity_out, flat_q, flat_v,
):
    body = local_to_global[tid]
    #? a proxy without a body keeps its state
    #| one of
    #| one of
    if body < 0:
    #| or
    #: if body == -1:
    #| end
        return
    #| one of
    pose_out[tid] = body_q[body]
    #| or
    pose_out[tid] = shifted(body_q[body], world_offset[wid])
    #| or
    X = body_q[body]
    pos = wp.transform_get_translation(X) - world_offset[wid]
    pose_out[tid] = wp.transform(pos, wp.transform_get_rotation(X))
    #| end
    velocity_out[tid] = body_qd[body]
    #| or
    if body >= 0:
        #| one of
        pose_out[tid] = body_q[body]
        velocity_out[tid] = body_qd[body]
        #| or
        velocity_out[tid] = body_qd[body]
        pose_out[tid] = body_q[body]
        #| end
    #| or
    #| one of
    if body < 0:
    #| or
    #: if body == -1:
    #| end
        return
    for k in range(7):
        flat_q[tid, k] = body_q[body][k]
    #| one of
    for k in range(6):
        flat_v[tid, k] = body_qd[body][k]
    #| or
    # angular part first
    v = body_qd[body]
    for k in range(3):
        flat_v[tid, k] = wp.spatial_bottom(v)[k]
        flat_v[tid, 3 + k] = wp.spatial_top(v)[k]
    #| end
    #| end
