"""Bodies of camera_point for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def camera_point(VIEW, center_x, center_y, focal, lens, lens_ray, pixel_ray, x, y, z):
    #| one of
    p_c = z * either(pixel_ray(x, y, focal, center_x, center_y), lens_ray(x, y, lens[VIEW]))
    #| or
    # depth along the ray, not along the axis
    p_c = z * wp.normalize(either(pixel_ray(x, y, focal, center_x, center_y), lens_ray(x, y, lens[VIEW])))
    #| or
    #| one of
    u = (float(x) + 0.5 - center_x) / focal
    v = (float(y) + 0.5 - center_y) / focal
    #| or
    intrinsics = lens[VIEW]
    u = (float(x) + 0.5 - intrinsics[2]) / intrinsics[0]
    v = (float(y) + 0.5 - intrinsics[3]) / intrinsics[1]
    #| end
    #| one of
    p_c = wp.vec3(u * z, v * z, z)
    #| or
    # depth along the ray, not along the axis
    p_c = z * wp.normalize(wp.vec3(u, v, 1.0))
    #| end
    #| end
