"""Bodies of back_project for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def unproject_depth(
    LEAVE, AT, depth, far, in_depth_range, near, valid, point_out, CAMERA_POINT, VIEW, cam_pos, cam_rot, p_c,
):
    LEAVE
    z = depth[AT]
    if either(z <= 0.0, z <= near or z >= far, not in_depth_range(z, near, far), not valid[AT] or not in_depth_range(z, near, far)):
        point_out[AT] = wp.vec3(0.0, 0.0, 0.0)
        return
    CAMERA_POINT
    point_out[AT] = cam_pos[VIEW] + wp.quat_rotate(cam_rot[VIEW], p_c)


def unproject_depth_2(
    LEAVE, AT, depth, valid_out, far, in_depth_range, near, CAMERA_POINT, VIEW, cam_pos, cam_rot, p_c, point_out,
):
    LEAVE
    z = depth[AT]
    #| one of
    valid_out[AT] = False
    if in_depth_range(z, near, far):
        CAMERA_POINT
        point_out[AT] = cam_pos[VIEW] + wp.quat_rotate(cam_rot[VIEW], p_c)
        valid_out[AT] = True
    #| or
    if z <= near or z >= far:
        point_out[AT] = wp.vec3(0.0, 0.0, 0.0)
        valid_out[AT] = False
        return
    CAMERA_POINT
    point_out[AT] = cam_pos[VIEW] + wp.quat_rotate(cam_rot[VIEW], p_c)
    valid_out[AT] = True
    #| end


def build_point_cloud(
    LEAVE, AT, depth, far, near, in_depth_range, valid, hidden_id, ids, is_background, CAMERA_POINT, VIEW, cam_pos,
    cam_rot, p_c, ceiling, floor_height, counter, max_points, cloud, cloud_ids, cloud_rgb, rgb,
):
    LEAVE
    z = depth[AT]
    #| one of
    if z <= near or z >= far:
        return
    #| or
    if not in_depth_range(z, near, far):
        return
    #| or
    if not valid[AT]:
        return
    #| or
    if is_background(ids[AT], hidden_id):
        return
    #| end
    CAMERA_POINT
    p_w = wp.quat_rotate(cam_rot[VIEW], p_c) + cam_pos[VIEW]
    #| one of
    #? neither the floor nor the ceiling
    if p_w[2] < floor_height or p_w[2] > ceiling:
        return
    #| or
    #| end
    slot = wp.atomic_add(counter, 0, 1)
    #| one of
    if slot < max_points:
        cloud[slot] = p_w
        #| one of
        cloud_ids[slot] = ids[AT]
        #| or
        cloud_rgb[slot] = rgb[AT]
        #| or
        #| end
    #| or
    if slot >= max_points:
        return
    cloud[slot] = p_w
    #| one of
    cloud_rgb[slot] = rgb[AT]
    #| or
    #| end
    #| end


def normals_from_depth(
    LEAVE, AT, normal_out, x, y, depth, LEFT, UP, depth_jump, center_x, center_y, focal, pixel_ray, VIEW, cam_rot,
):
    LEAVE
    normal_out[AT] = wp.vec3(0.0, 0.0, 0.0)
    if x == 0 or y == 0:
        return
    z = depth[AT]
    if z <= 0.0 or depth[LEFT] <= 0.0 or depth[UP] <= 0.0:
        return
    #| one of
    #? no normal across an edge
    if wp.abs(z - depth[LEFT]) > depth_jump or wp.abs(z - depth[UP]) > depth_jump:
        return
    #| or
    #| end
    #| one of
    p_c = z * pixel_ray(x, y, focal, center_x, center_y)
    #| one of
    beside = depth[LEFT] * pixel_ray(x - 1, y, focal, center_x, center_y)
    above = depth[UP] * pixel_ray(x, y - 1, focal, center_x, center_y)
    n_c = wp.normalize(wp.cross(above - p_c, beside - p_c))
    #| or
    to_left = depth[LEFT] * pixel_ray(x - 1, y, focal, center_x, center_y) - p_c
    to_top = depth[UP] * pixel_ray(x, y - 1, focal, center_x, center_y) - p_c
    n_c = wp.normalize(wp.cross(to_top, to_left))
    #| end
    #| or
    u = (float(x) + 0.5 - center_x) / focal
    v = (float(y) + 0.5 - center_y) / focal
    p_c = z * wp.vec3(u, v, 1.0)
    #| one of
    beside = depth[LEFT] * wp.vec3(u - 1.0 / focal, v, 1.0)
    above = depth[UP] * wp.vec3(u, v - 1.0 / focal, 1.0)
    n_c = wp.normalize(wp.cross(above - p_c, beside - p_c))
    #| or
    to_left = depth[LEFT] * wp.vec3(u - 1.0 / focal, v, 1.0) - p_c
    to_top = depth[UP] * wp.vec3(u, v - 1.0 / focal, 1.0) - p_c
    n_c = wp.normalize(wp.cross(to_top, to_left))
    #| end
    #| end
    #| 0.3
    # towards the camera
    if wp.dot(n_c, p_c) > 0.0:
        n_c = -n_c
    #| end
    normal_out[AT] = either(n_c, wp.quat_rotate(cam_rot[VIEW], n_c))
