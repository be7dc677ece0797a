"""Bodies of camera_pose for ``recipes/applications/multibody.py``."""

import warp as wp


def camera_pose(
    b, cam_mode, cam_body, cam_target, CAM_TARGETBODY, CAM_TARGETCOM, CAM_FIXED, cam_pos, pos_out, w, xpos, xquat,
    cam_quat, mat_out, CAM_TRACK, CAM_TRACKCOM, subtree_com, look_at, safe_normalize,
):
    mode = cam_mode[b]
    body = cam_body[b]
    target = cam_target[b]
    #? no target to look at
    #| one of
    if target < 0 and (mode == CAM_TARGETBODY or mode == CAM_TARGETCOM):
        return
    if mode == CAM_FIXED:
    #| or
    #: if mode == CAM_FIXED or (target < 0 and mode >= CAM_TARGETBODY):
    #| end
        pos_out[w, b] = xpos[w, body] + wp.quat_rotate(xquat[w, body], cam_pos[b])
        mat_out[w, b] = wp.quat_to_matrix(xquat[w, body] * cam_quat[b])
        return
    #| one of
    if mode == CAM_TRACK or mode == CAM_TRACKCOM:
        #? it translates but does not rotate
        center = xpos[w, body]
        if mode == CAM_TRACKCOM:
            center = subtree_com[w, body]
        pos_out[w, b] = center + cam_pos[b]
        mat_out[w, b] = wp.quat_to_matrix(cam_quat[b])
        return
    #| or
    if mode == CAM_TRACK:
        pos_out[w, b] = xpos[w, body] + cam_pos[b]
        mat_out[w, b] = wp.quat_to_matrix(cam_quat[b])
        return
    elif mode == CAM_TRACKCOM:
        pos_out[w, b] = subtree_com[w, body] + cam_pos[b]
        mat_out[w, b] = wp.quat_to_matrix(cam_quat[b])
        return
    #| end
    eye = xpos[w, body] + wp.quat_rotate(xquat[w, body], cam_pos[b])
    #| one of
    aim = subtree_com[w, target]
    if mode == CAM_TARGETBODY:
        aim = xpos[w, target]
    #| or
    aim = xpos[w, target]
    if mode == CAM_TARGETCOM:
        aim = subtree_com[w, target]
    #| or
    aim = xpos[w, target] if mode == CAM_TARGETBODY else subtree_com[w, target]
    #| end
    # a camera looks along its negative z axis
    #| one of
    mat_out[w, b] = look_at(eye, aim)
    #| or
    z = safe_normalize(eye - aim)
    right = wp.normalize(wp.cross(wp.vec3(0.0, 0.0, 1.0), z))
    up = wp.cross(z, right)
    mat_out[w, b] = wp.mat33(right[0], up[0], z[0], right[1], up[1], z[1], right[2], up[2], z[2])
    #| end
    pos_out[w, b] = eye
