"""Bodies of sphere_plane for ``recipes/applications/collisions.py``."""

import warp as wp


def sphere_plane(a, normal_of, rot_of, pa, pb, rb):
    #| one of
    n = normal_of[a]
    #| or
    n = wp.normalize(normal_of[a])
    #| or
    n = wp.quat_rotate(rot_of[a], wp.vec3(0.0, 0.0, 1.0))
    #| end
    #| one of
    h = wp.dot(pb - pa, n)
    dist = h - rb
    #| or
    dist = wp.dot(pb - pa, n) - rb
    #| or
    h = wp.dot(n, pb) - wp.dot(n, pa)
    dist = h - rb
    #| end
