"""Bodies of camera_rays for ``recipes/applications/voxels.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def compute_camera_rays(px, width, height, py, fov_scale, cam, fov, camera_pose, ray_origin, ray_dir):
    # through the middle of the pixel
    u = (float(px) + 0.5) / float(width)
    v = (float(py) + 0.5) / float(height)
    aspect = float(width) / float(height)
    #| one of
    dir_c = wp.vec3((2.0 * u - 1.0) * aspect * fov_scale, (1.0 - 2.0 * v) * fov_scale, -1.0)
    #| or
    half_h = either(fov_scale, wp.tan(0.5 * fov[cam]))
    dir_c = wp.vec3((2.0 * u - 1.0) * aspect * half_h, (1.0 - 2.0 * v) * half_h, -1.0)
    #| end
    X_wc = camera_pose[cam]
    ray_origin[cam, py, px] = wp.transform_get_translation(X_wc)
    #| one of
    ray_dir[cam, py, px] = wp.transform_vector(X_wc, wp.normalize(dir_c))
    #| or
    rot = wp.transform_get_rotation(X_wc)
    ray_dir[cam, py, px] = wp.quat_rotate(rot, wp.normalize(dir_c))
    #| end


def rays_from_intrinsics(cam, intrinsics, px, py, distortion, camera_pose, ray_origin, ray_dir, near):
    K = intrinsics[cam]
    #| one of
    x = (float(px) + 0.5 - K[0, 2]) / K[0, 0]
    y = (float(py) + 0.5 - K[1, 2]) / K[1, 1]
    #| or
    x = (float(px) - K[0, 2]) / K[0, 0]
    y = (float(py) - K[1, 2]) / K[1, 1]
    #| end
    #| 0.5
    # one step against the distortion of the lens
    r2 = x * x + y * y
    scale = 1.0 / (1.0 + distortion[cam][0] * r2 + distortion[cam][1] * r2 * r2)
    x *= scale
    y *= scale
    #| end
    dir_c = either(wp.vec3(x, y, 1.0), wp.vec3(x, -y, -1.0))
    #| one of
    X_wc = camera_pose[cam]
    #| one of
    ray_origin[cam, py, px] = wp.transform_get_translation(X_wc)
    ray_dir[cam, py, px] = wp.transform_vector(X_wc, wp.normalize(dir_c))
    #| or
    # from the origin of the image
    d = wp.transform_vector(X_wc, wp.normalize(dir_c))
    ray_origin[cam, py, px] = wp.transform_get_translation(X_wc) + d * near
    ray_dir[cam, py, px] = d
    #| end
    #| or
    ray_dir[cam, py, px] = wp.transform_vector(camera_pose[cam], wp.normalize(dir_c))
    #| end


def orthographic_rays(px, width, height, py, ortho_size, near, cam, camera_pose, ray_origin, ray_dir):
    u = 2.0 * (float(px) + 0.5) / float(width) - 1.0
    v = 1.0 - 2.0 * (float(py) + 0.5) / float(height)
    # parallel rays from a plane
    #| one of
    offset = wp.vec3(u * ortho_size * float(width) / float(height), v * ortho_size, 0.0)
    #| or
    half_w = ortho_size * float(width) / float(height)
    offset = wp.vec3(u * half_w, v * ortho_size, -near)
    #| end
    X_wc = camera_pose[cam]
    ray_origin[cam, py, px] = wp.transform_point(X_wc, offset)
    ray_dir[cam, py, px] = wp.transform_vector(X_wc, wp.vec3(0.0, 0.0, -1.0))


def lidar_rays(px, width, height, py, scan_height, row_slope, cam, camera_pose, ray_dir, ray_origin, near):
    #? around the vertical axis, one circle in each row
    angle = 2.0 * wp.pi * (float(px) + 0.5) / float(width)
    #| one of
    height_c = scan_height * (2.0 * (float(py) + 0.5) / float(height) - 1.0)
    #| or
    height_c = row_slope[py]
    #| end
    turn = wp.quat_from_axis_angle(wp.vec3(0.0, 0.0, 1.0), angle)
    dir_c = wp.quat_rotate(turn, wp.normalize(wp.vec3(1.0, 0.0, height_c)))
    X_wc = camera_pose[cam]
    ray_dir[cam, py, px] = wp.transform_vector(X_wc, dir_c)
    #| one of
    ray_origin[cam, py, px] = wp.transform_get_translation(X_wc)
    #| or
    ray_origin[cam, py, px] = wp.transform_point(X_wc, dir_c * near)
    #| end
