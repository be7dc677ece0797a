"""Bodies of shape_functions for ``recipes/applications/shape_frames.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def box_extent(X: wp.transform, half: wp.vec3) -> wp.vec3:
    rot = wp.quat_to_matrix(wp.transform_get_rotation(X))
    extent = wp.vec3(0.0, 0.0, 0.0)
    for i in range(3):
        #| one of
        for j in range(3):
            extent[i] = extent[i] + wp.abs(rot[i, j]) * half[j]
        #| or
        extent[i] = wp.abs(rot[i, 0]) * half[0] + wp.abs(rot[i, 1]) * half[1] + wp.abs(rot[i, 2]) * half[2]
        #| end
    return extent


def ray_sphere(EPSILON):
    def ray_sphere(start: wp.vec3, dir: wp.vec3, radius: float) -> float:
        a = wp.dot(dir, dir)
        b = wp.dot(start, dir)
        disc = b * b - a * (wp.dot(start, start) - radius * radius)
        if disc < 0.0 or a < EPSILON:
            return -1.0
        t = (-b - wp.sqrt(disc)) / a
        #| 0.7
        # from within, out at the other side
        if t < 0.0:
            t = (-b + wp.sqrt(disc)) / a
        #| end
        return t


def ray_box(MAX_RANGE, EPSILON):
    def ray_box(start: wp.vec3, dir: wp.vec3, half: wp.vec3) -> float:
        t_near = float(-MAX_RANGE)
        t_far = float(MAX_RANGE)
        for k in range(3):
            if wp.abs(dir[k]) > EPSILON:
                t1 = (-half[k] - start[k]) / dir[k]
                t2 = (half[k] - start[k]) / dir[k]
                t_near = wp.max(t_near, wp.min(t1, t2))
                t_far = wp.min(t_far, wp.max(t1, t2))
            elif wp.abs(start[k]) > half[k]:
                return -1.0
        if t_near > t_far or t_far < 0.0:
            return -1.0
        #| one of
        if t_near < 0.0:
            return t_far
        return t_near
        #| or
        return t_near if t_near >= 0.0 else t_far
        #| end
