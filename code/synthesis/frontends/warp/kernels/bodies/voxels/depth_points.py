"""Bodies of depth_points for ``recipes/applications/voxels.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def depth_to_points(cam, depth, px, py, max_depth, point_out, valid, intrinsics, focal, width, height, camera_pose):
    d = depth[cam, py, px]
    #| one of
    if d <= 0.0 or d > max_depth:
    #| or
    #: if d <= 0.0:
    #| end
        point_out[cam, py, px] = wp.vec3(0.0, 0.0, 0.0)
        #| 0.5
        valid[cam, py, px] = 0
        #| end
        return
    #| one of
    K = intrinsics[cam]
    #| one of
    x = (float(px) - K[0, 2]) / K[0, 0]
    y = (float(py) - K[1, 2]) / K[1, 1]
    #| or
    fx = K[0, 0]
    fy = K[1, 1]
    x = (float(px) - K[0, 2]) / fx
    y = (float(py) - K[1, 2]) / fy
    #| end
    #| or
    x = (float(px) + 0.5 - 0.5 * float(width)) / focal
    y = (float(py) + 0.5 - 0.5 * float(height)) / focal
    #| end
    #| one of
    point = wp.vec3(x * d, y * d, d)
    #| or
    # the depth is along the ray
    point = wp.normalize(wp.vec3(x, y, 1.0)) * d
    #| end
    point_out[cam, py, px] = either(wp.transform_point(camera_pose[cam], point), point)
    #| 0.5
    valid[cam, py, px] = 1
    #| end


def build_point_cloud(
    cam, depth, px, py, max_depth, num_points, cloud, intrinsics, camera_pose, cloud_color, image, cloud_label,
    shape_hit,
):
    d = depth[cam, py, px]
    #| one of
    if d <= 0.0 or d > max_depth:
    #| or
    #: if d <= 0.0:
    #| end
        return
    slot = wp.atomic_add(num_points, 0, 1)
    #| one of
    if slot >= cloud.shape[0]:
        return
    #| or
    # more than there is room for
    if slot >= cloud.shape[0]:
        return
    #| end
    K = intrinsics[cam]
    x = (float(px) - K[0, 2]) / K[0, 0]
    y = (float(py) - K[1, 2]) / K[1, 1]
    cloud[slot] = wp.transform_point(camera_pose[cam], wp.vec3(x * d, y * d, d))
    #| 0.5
    cloud_color[slot] = image[cam, py, px]
    #| end
    #| 0.4
    cloud_label[slot] = shape_hit[cam, py, px]
    #| end


def normals_from_depth(height, px, py, width, cam, normal_out, depth, depth_jump, focal):
    #? not over the edge of the image
    if px + 1 >= width or py + 1 >= height:
        normal_out[cam, py, px] = wp.vec3(0.0, 0.0, 0.0)
        return
    d = depth[cam, py, px]
    dx = depth[cam, py, px + 1]
    dy = depth[cam, py + 1, px]
    #| one of
    if d <= 0.0 or dx <= 0.0 or dy <= 0.0:
        normal_out[cam, py, px] = wp.vec3(0.0, 0.0, 0.0)
        return
    #| or
    # nor over the surface of a shape
    if d <= 0.0 or wp.abs(dx - d) > depth_jump or wp.abs(dy - d) > depth_jump:
        normal_out[cam, py, px] = wp.vec3(0.0, 0.0, 0.0)
        return
    #| end
    x = (float(px) + 0.5 - 0.5 * float(width)) / focal
    y = (float(py) + 0.5 - 0.5 * float(height)) / focal
    step = 1.0 / focal
    right = wp.vec3((x + step) * dx, y * dx, dx) - wp.vec3(x * d, y * d, d)
    down = wp.vec3(x * dy, (y + step) * dy, dy) - wp.vec3(x * d, y * d, d)
    normal_out[cam, py, px] = wp.normalize(wp.cross(down, right))
