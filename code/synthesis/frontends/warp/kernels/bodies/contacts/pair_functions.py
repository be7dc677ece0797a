"""Bodies of pair_functions for ``recipes/applications/contacts.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either, helper


@helper
def groups_collide(group_a: int, group_b: int) -> bool:
    #? -1 collides with all groups
    #| one of
    if group_a == -1 or group_b == -1:
        return True
    return group_a == group_b
    #| or
    return group_a == -1 or group_b == -1 or group_a == group_b
    #| or
    if group_a == 0 or group_b == 0:
        return False
    if group_a > 0 and group_b > 0:
        return group_a == group_b
    return True
    #| end


@helper
def masks_collide(type_a: int, affinity_a: int, type_b: int, affinity_b: int) -> bool:
    #| one of
    return (type_a & affinity_b) != 0 or (type_b & affinity_a) != 0
    #| or
    if (type_a & affinity_b) != 0:
        return True
    return (type_b & affinity_a) != 0
    #| or
    #? both must request it
    return (type_a & affinity_b) != 0 and (type_b & affinity_a) != 0
    #| or
    return ((type_a & affinity_b) | (type_b & affinity_a)) != 0
    #| end


@helper
def same_world(world_a: int, world_b: int) -> bool:
    #| one of
    return world_a == world_b or world_a == -1 or world_b == -1
    #| or
    #? -1 is in all worlds
    if world_a == -1 or world_b == -1:
        return True
    return world_a == world_b
    #| or
    return world_a < 0 or world_b < 0 or world_a == world_b
    #| end


@helper
def boxes_overlap(lower_a: wp.vec3, upper_a: wp.vec3, lower_b: wp.vec3, upper_b: wp.vec3) -> bool:
    #| one of
    for k in range(3):
        if lower_a[k] > upper_b[k] or lower_b[k] > upper_a[k]:
            return False
    return True
    #| or
    if lower_a[0] > upper_b[0] or upper_a[0] < lower_b[0]:
        return False
    if lower_a[1] > upper_b[1] or upper_a[1] < lower_b[1]:
        return False
    return lower_a[2] <= upper_b[2] and upper_a[2] >= lower_b[2]
    #| or
    apart = either(bool(False), bool(False))
    for k in range(3):
        apart = apart or lower_a[k] > upper_b[k] or lower_b[k] > upper_a[k]
    return not apart
    #| end


@helper
def spheres_overlap(pos_a: wp.vec3, radius_a: float, pos_b: wp.vec3, radius_b: float) -> bool:
    d = pos_b - pos_a
    #| one of
    reach = radius_a + radius_b
    return wp.dot(d, d) <= reach * reach
    #| or
    return wp.length(d) <= radius_a + radius_b
    #| or
    return wp.length_sq(d) <= (radius_a + radius_b) * (radius_a + radius_b)
    #| end


@helper
def pair_index(type_a: int, type_b: int, num_types: int) -> int:
    #| one of
    lo = wp.min(type_a, type_b)
    hi = wp.max(type_a, type_b)
    return lo * num_types + hi
    #| or
    if type_a > type_b:
        return type_b * num_types + type_a
    return type_a * num_types + type_b
    #| or
    #? the upper triangle, row by row
    lo = wp.min(type_a, type_b)
    hi = wp.max(type_a, type_b)
    return lo * num_types - lo * (lo + 1) // 2 + hi
    #| end


@helper
def mix_weight(a: float, b: float) -> float:
    #? mixing weight of two parameters
    total = a + b
    #| one of
    if total < 1.0e-6:
        return 0.5
    return a / total
    #| or
    if total > 1.0e-6:
        return a / total
    return 0.5
    #| end
