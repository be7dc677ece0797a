"""Bodies of ray_functions for ``recipes/applications/ray_casts.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either, helper


@helper
def ray_sphere(o: wp.vec3, dir: wp.vec3, center: wp.vec3, radius: float) -> float:
    #? less than 0 is a miss
    m = o - center
    b = wp.dot(m, dir)
    c = either(wp.dot(m, m), wp.length_sq(m)) - radius * radius
    #| 0.5
    if c > 0.0 and b > 0.0:
        return -1.0
    #| end
    disc = b * b - c
    if disc < 0.0:
        return -1.0
    #| one of
    return -b - wp.sqrt(disc)
    #| or
    t = -b - wp.sqrt(disc)
    if t < 0.0:
        # from inside
        t = -b + wp.sqrt(disc)
    return t
    #| or
    return wp.max(-b - wp.sqrt(disc), 0.0)
    #| end


@helper
def ray_box(o: wp.vec3, dir: wp.vec3, half: wp.vec3) -> float:
    t_near = float(-1.0e6)
    t_far = float(1.0e6)
    for k in range(3):
        #| one of
        if wp.abs(dir[k]) < 1.0e-6:
            #? along the slab, and outside of it
            if wp.abs(o[k]) > half[k]:
                return -1.0
        else:
            t0 = (-half[k] - o[k]) / dir[k]
            t1 = (half[k] - o[k]) / dir[k]
            t_near = wp.max(t_near, wp.min(t0, t1))
            t_far = wp.min(t_far, wp.max(t0, t1))
        #| or
        if wp.abs(dir[k]) > 1.0e-6:
            t0 = (-half[k] - o[k]) / dir[k]
            t1 = (half[k] - o[k]) / dir[k]
            t_near = wp.max(t_near, wp.min(t0, t1))
            t_far = wp.min(t_far, wp.max(t0, t1))
        elif wp.abs(o[k]) > half[k]:
            return -1.0
        #| end
    if t_near > t_far or t_far < 0.0:
        return -1.0
    return either(t_near, wp.max(t_near, 0.0))


@helper
def ray_plane(o: wp.vec3, dir: wp.vec3, point: wp.vec3, n: wp.vec3) -> float:
    slope = wp.dot(n, dir)
    #| one of
    if slope > -1.0e-6:
        #? seen from behind, or along it
        return -1.0
    return wp.dot(n, point - o) / slope
    #| or
    if wp.abs(slope) < 1.0e-6:
        return -1.0
    return wp.dot(n, point - o) / slope
    #| end


@helper
def ray_triangle(o: wp.vec3, dir: wp.vec3, a: wp.vec3, b: wp.vec3, c: wp.vec3) -> float:
    e1 = b - a
    e2 = c - a
    h = wp.cross(dir, e2)
    det = wp.dot(e1, h)
    #| one of
    if wp.abs(det) < 1.0e-6:
        return -1.0
    #| or
    #? only from its front
    if det < 1.0e-6:
        return -1.0
    #| end
    m = o - a
    #| one of
    u = wp.dot(m, h) / det
    if u < 0.0 or u > 1.0:
        return -1.0
    q = wp.cross(m, e1)
    v = wp.dot(dir, q) / det
    if v < 0.0 or u + v > 1.0:
        return -1.0
    return wp.dot(e2, q) / det
    #| or
    q = wp.cross(m, e1)
    u = wp.dot(m, h) / det
    v = wp.dot(dir, q) / det
    if u < 0.0 or v < 0.0 or u + v > 1.0:
        return -1.0
    return wp.dot(e2, q) / det
    #| end
