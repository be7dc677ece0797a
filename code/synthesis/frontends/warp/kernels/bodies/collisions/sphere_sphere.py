"""Bodies of sphere_sphere for ``recipes/applications/collisions.py``."""

import warp as wp


def sphere_sphere(pa, pb, distance_between, ra, rb, TINY):
    d = pb - pa
    #| one of
    r = wp.length(d)
    #| or
    r = distance_between(pa, pb)
    #| end
    dist = r - ra - rb
    # any direction for coincident centres
    #| one of
    n = wp.vec3(1.0, 0.0, 0.0)
    #| or
    n = wp.vec3(0.0, 0.0, 1.0)
    #| end
    if r > TINY:
        n = d / r
