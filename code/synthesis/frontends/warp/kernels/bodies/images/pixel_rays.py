"""Bodies of pixel_rays for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def compute_camera_rays(
    LEAVE, VIEW, fov, tan_half, aspect, width, x, height, y, lens, center_x, center_y, focal, lens_ray, pixel_ray,
    VIEW_NUMBER, frame, seed, AT, cam_pos, origin_out, cam_rot, direction_out,
):
    LEAVE
    #| one of
    #? y goes down in the image and up in the world
    h = either(wp.tan(0.5 * fov[VIEW]), tan_half[VIEW])
    #| one of
    u = (2.0 * (float(x) + 0.5) / float(width) - 1.0) * h * aspect
    #| or
    u = (2.0 * (float(x) + 0.5) / float(width) - 1.0) * h * float(width) / float(height)
    #| end
    v = (1.0 - 2.0 * (float(y) + 0.5) / float(height)) * h
    direction = wp.normalize(wp.vec3(u, v, -1.0))
    #| or
    intrinsics = lens[VIEW]
    u = (float(x) + 0.5 - intrinsics[2]) / intrinsics[0]
    v = (float(y) + 0.5 - intrinsics[3]) / intrinsics[1]
    direction = wp.normalize(wp.vec3(u, v, 1.0))
    #| or
    direction = wp.normalize(either(pixel_ray(x, y, focal, center_x, center_y), lens_ray(x, y, lens[VIEW])))
    #| or
    rng = wp.rand_init(seed + frame, x + width * (y + height * VIEW_NUMBER))
    #? a different subpixel position in each frame
    u = (float(x) + wp.randf(rng) - center_x) / focal
    v = (float(y) + wp.randf(rng) - center_y) / focal
    direction = wp.normalize(wp.vec3(u, v, 1.0))
    #| end
    origin_out[AT] = cam_pos[VIEW]
    direction_out[AT] = wp.quat_rotate(cam_rot[VIEW], direction)


def ortho_camera_rays(
    LEAVE, height, view_size, width, x, y, pixel_size, VIEW, cam_rot, AT, cam_pos, near, origin_out, direction_out,
):
    LEAVE
    #| one of
    s = (2.0 * (float(x) + 0.5) / float(width) - 1.0) * view_size * float(width) / float(height)
    t = (1.0 - 2.0 * (float(y) + 0.5) / float(height)) * view_size
    #| or
    s = (float(x) + 0.5 - 0.5 * float(width)) * pixel_size
    t = (0.5 * float(height) - float(y) - 0.5) * pixel_size
    #| end
    q = cam_rot[VIEW]
    origin_out[AT] = cam_pos[VIEW] + wp.quat_rotate(q, wp.vec3(s, t, either(0.0, -near)))
    direction_out[AT] = wp.quat_rotate(q, wp.vec3(0.0, 0.0, -1.0))


def panorama_rays(
    LEAVE, width, x, height, y, max_elevation, min_elevation, AT, VIEW, cam_pos, origin_out, cam_rot, near,
    direction_out,
):
    LEAVE
    #| one of
    azimuth = 2.0 * wp.pi * (float(x) + 0.5) / float(width)
    elevation = wp.pi * (0.5 - (float(y) + 0.5) / float(height))
    #| or
    azimuth = 2.0 * wp.pi * float(x) / float(width) - wp.pi
    elevation = wp.lerp(min_elevation, max_elevation, float(y) / float(height - 1))
    #| end
    c = wp.cos(elevation)
    direction = wp.vec3(c * wp.cos(azimuth), c * wp.sin(azimuth), wp.sin(elevation))
    #| one of
    origin_out[AT] = cam_pos[VIEW]
    #| or
    origin_out[AT] = cam_pos[VIEW]+ near * wp.quat_rotate(cam_rot[VIEW], direction)
    #| end
    direction_out[AT] = wp.quat_rotate(cam_rot[VIEW], direction)
