"""Bodies of functions for ``recipes/applications/topology.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either, helper


@helper
def edge_key(a: int, b: int) -> wp.vec2i:
    #| one of
    return wp.vec2i(wp.min(a, b), wp.max(a, b))
    #| or
    if a < b:
        return wp.vec2i(a, b)
    return wp.vec2i(b, a)
    #| end


@helper
def same_edge(a: wp.vec2i, b: wp.vec2i) -> bool:
    #| one of
    return a[0] == b[0] and a[1] == b[1]
    #| or
    if a[0] != b[0]:
        return False
    return a[1] == b[1]
    #| end


@helper
def other_end(edge: wp.vec2i, v: int) -> int:
    #| one of
    if edge[0] == v:
        return edge[1]
    return edge[0]
    #| or
    return edge[1] if edge[0] == v else edge[0]
    #| end


@helper
def is_degenerate(tri: wp.vec3i) -> bool:
    #| one of
    return tri[0] == tri[1] or tri[1] == tri[2] or tri[2] == tri[0]
    #| or
    if tri[0] == tri[1] or tri[1] == tri[2]:
        return True
    return tri[2] == tri[0]
    #| end


@helper
def sorted_corners(a: int, b: int, c: int) -> wp.vec3i:
    lowest = either(wp.min(a, wp.min(b, c)), wp.min(wp.min(a, b), c))
    highest = either(wp.max(a, wp.max(b, c)), wp.max(wp.max(a, b), c))
    #| one of
    return wp.vec3i(lowest, a + b + c - lowest - highest, highest)
    #| or
    middle = a + b + c - lowest - highest
    return wp.vec3i(lowest, middle, highest)
    #| end


@helper
def first_corner(tri: wp.vec3i) -> int:
    #| one of
    if tri[1] < tri[0] and tri[1] < tri[2]:
        return 1
    if tri[2] < tri[0] and tri[2] < tri[1]:
        return 2
    return 0
    #| or
    corner = int(0)
    for c in range(1, 3):
        if tri[c] < tri[corner]:
            corner = c
    return corner
    #| end


@helper
def opposite_corner(tri: wp.vec3i, a: int, b: int) -> int:
    #| one of
    for c in range(3):
        if tri[c] != a and tri[c] != b:
            return tri[c]
    return tri[0]
    #| or
    if tri[0] != a and tri[0] != b:
        return tri[0]
    if tri[1] != a and tri[1] != b:
        return tri[1]
    return tri[2]
    #| end


@helper
def edge_direction(tri: wp.vec3i, a: int, b: int) -> int:
    for c in range(3):
        #| one of
        if tri[c] == a and tri[(c + 1) % 3] == b:
            return 1
        if tri[c] == b and tri[(c + 1) % 3] == a:
            return -1
        #| or
        after = tri[(c + 1) % 3]
        if tri[c] == a and after == b:
            return 1
        if tri[c] == b and after == a:
            return -1
        #| end
    return 0


@helper
def cotangent(u: wp.vec3, v: wp.vec3) -> float:
    #| one of
    return wp.dot(u, v) / wp.max(wp.length(wp.cross(u, v)), 1.0e-6)
    #| or
    sine = wp.length(wp.cross(u, v))
    if sine < 1.0e-6:
        return 0.0
    return wp.dot(u, v) / sine
    #| end
