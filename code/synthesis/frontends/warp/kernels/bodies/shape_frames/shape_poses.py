"""Bodies of shape_poses for ``recipes/applications/shape_frames.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def shape_poses(
    shape_body, tid, shape_transform, body_q, pose_out, body_qd, body_com_in, twist_out, shape_world, world_offset,
    VISIBLE, shape_flags, hidden_pos, center_out, rotation_out,
):
    body = shape_body[tid]
    #| one of
    # shapes without a body are fixed to the world
    X_ws = shape_transform[tid]
    if body >= 0:
        X_ws = either(body_q[body] * X_ws, wp.transform_multiply(body_q[body], shape_transform[tid]))
    #| or
    X_wb = body_q[body] if body >= 0 else wp.transform_identity()
    X_ws = X_wb * shape_transform[tid]
    #| end
    #| one of
    pose_out[tid] = X_ws
    #| 0.6
    # a world-fixed shape does not move
    twist = wp.spatial_vector()
    if body >= 0:
        omega = wp.spatial_bottom(body_qd[body])
        arm = wp.transform_get_translation(X_ws) - wp.transform_point(body_q[body], body_com_in[body])
        #| one of
        v = wp.spatial_top(body_qd[body]) + wp.cross(wp.spatial_bottom(body_qd[body]), arm)
        twist = wp.spatial_vector(v, omega)
        #| or
        twist = wp.spatial_vector(wp.spatial_top(body_qd[body]) + wp.cross(omega, arm), omega)
        #| end
    twist_out[tid] = twist
    #| end
    #| or
    #| one of
    pos = wp.transform_get_translation(X_ws)
    # each world is drawn at its own origin
    if shape_world[tid] >= 0:
        pos += world_offset[shape_world[tid]]
    #| one of
    pose_out[tid] = wp.transform(pos, wp.transform_get_rotation(X_ws))
    #| or
    # hidden shapes are moved far away
    if (shape_flags[tid] & VISIBLE) == 0:
        pos = hidden_pos
    pose_out[tid] = wp.transform(pos, wp.transform_get_rotation(X_ws))
    #| end
    #| or
    center_out[tid] = wp.transform_get_translation(X_ws)
    rotation_out[tid] = wp.quat_to_matrix(wp.transform_get_rotation(X_ws))
    #| end
    #| end
