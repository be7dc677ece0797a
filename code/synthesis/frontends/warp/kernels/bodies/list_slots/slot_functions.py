"""Bodies of slot_functions for ``recipes/applications/list_slots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def is_taken(value: float, limit: float, flags: int, bit: int) -> bool:
    #| one of
    return value <= limit and (flags & bit) != 0
    #| or
    if (flags & bit) == 0:
        return False
    return value <= limit
    #| end


@helper
def in_bounds(p: wp.vec3, lower: wp.vec3, upper: wp.vec3) -> bool:
    #| one of
    for k in range(3):
        if p[k] < lower[k] or p[k] > upper[k]:
            return False
    return True
    #| or
    return p[0] >= lower[0] and p[1] >= lower[1] and p[2] >= lower[2] and                 p[0] <= upper[0] and p[1] <= upper[1] and p[2] <= upper[2]
    #| or
    if p[0] < lower[0] or p[1] < lower[1] or p[2] < lower[2]:
        return False
    return p[0] <= upper[0] and p[1] <= upper[1] and p[2] <= upper[2]
    #| end


@helper
def ring_index(place: int, size: int) -> int:
    #| one of
    return place % size
    #| or
    #? the size is a power of two
    return place & (size - 1)
    #| end
