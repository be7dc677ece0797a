"""Bodies of gather_bodies for ``recipes/applications/transfers.py``."""

import warp as wp


def gather_bodies(
    local_to_global, tid, pose_out, velocity_out, body_q, shifted, wid, world_offset, KINEMATIC, body_flags, has_flag,
    body_qd, flat_q, flat_v,
):
    body = local_to_global[tid]
    #| one of
    # a proxy without a body stands at the origin
    #| one of
    if body < 0:
    #| or
    #: if body == -1:
    #| end
        pose_out[tid] = wp.transform_identity()
        velocity_out[tid] = wp.spatial_vector()
        return
    #| one of
    pose_out[tid] = body_q[body]
    #| or
    pose_out[tid] = shifted(body_q[body], world_offset[wid])
    #| or
    if has_flag(body_flags[body], KINEMATIC):
        pose_out[tid] = body_q[body]
    else:
        # dynamic bodies are stored relative to the world origin
        pose_out[tid] = shifted(body_q[body], world_offset[wid])
    #| or
    X = body_q[body]
    # as seen from the origin of its world
    pos = wp.transform_get_translation(X) - world_offset[wid]
    pose_out[tid] = wp.transform(pos, wp.transform_get_rotation(X))
    #| end
    velocity_out[tid] = body_qd[body]
    #| or
    if body >= 0:
        pose_out[tid] = body_q[body]
        velocity_out[tid] = body_qd[body]
    else:
        pose_out[tid] = wp.transform_identity()
        velocity_out[tid] = wp.spatial_vector()
    #| or
    if body >= 0:
        for k in range(7):
            flat_q[tid, k] = body_q[body][k]
        for k in range(6):
            flat_v[tid, k] = body_qd[body][k]
    else:
        # the identity: no translation, w of the rotation is 1
        for k in range(6):
            flat_q[tid, k] = 0.0
            flat_v[tid, k] = 0.0
        flat_q[tid, 6] = 1.0
    #| end
