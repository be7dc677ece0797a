"""Bodies of contact_functions for ``recipes/applications/segments.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either, helper


@helper
def same_contact(key_a: int, key_b: int, pos_a: wp.vec3, pos_b: wp.vec3, limit: float) -> bool:
    #| one of
    if key_a != key_b:
        return False
    return wp.length(pos_b - pos_a) < limit
    #| or
    return key_a == key_b and wp.length(pos_b - pos_a) < limit
    #| or
    d = pos_b - pos_a
    return key_a == key_b and wp.dot(d, d) < limit * limit
    #| end


@helper
def is_sliding(normal_force: float, tangent_force: float, mu: float) -> bool:
    #| one of
    if normal_force <= 0.0:
        return False
    return tangent_force >= either(mu * normal_force, 0.95 * mu * normal_force)
    #| or
    return normal_force > 0.0 and tangent_force >= either(mu * normal_force, 0.99 * mu * normal_force)
    #| end


@helper
def num_contact_rows(dim: int) -> int:
    #? a pyramid has two rows for each direction of friction
    #| one of
    if dim == 1:
        return 1
    return 2 * (dim - 1)
    #| or
    return 1 if dim == 1 else 2 * (dim - 1)
    #| or
    return wp.max(1, 2 * (dim - 1))
    #| or
    #? a normal row and two or three friction rows
    if dim < 3:
        return dim
    return 3
    #| end


@helper
def holds_up(normal: wp.vec3, dist: float, min_up: float) -> bool:
    #| one of
    return dist < 0.0 and normal[2] > min_up
    #| or
    if dist >= 0.0:
        return False
    return wp.dot(normal, wp.vec3(0.0, 0.0, 1.0)) > min_up
    #| or
    if dist >= 0.0 or normal[2] <= min_up:
        return False
    return True
    #| end
