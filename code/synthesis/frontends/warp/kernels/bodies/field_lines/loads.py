"""Bodies of loads for ``recipes/applications/field_lines.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either, helper


@helper
def load_quat(data: wp.array(dtype=float), at: int) -> wp.quat:
    #| one of
    return wp.quat(data[at], data[at + 1], data[at + 2], data[at + 3])
    #| or
    return wp.normalize(wp.quat(data[at], data[at + 1], data[at + 2], data[at + 3]))
    #| or
    q = wp.quat(data[at], data[at + 1], data[at + 2], data[at + 3])
    return wp.normalize(q)
    #| end


@helper
def load_pose(data: wp.array(dtype=float), at: int) -> wp.transform:
    p = wp.vec3(data[at], data[at + 1], data[at + 2])
    q = wp.quat(data[at + 3], data[at + 4], data[at + 5], data[at + 6])
    return wp.transform(p, either(q, wp.normalize(q)))


@helper
def load_twist(data: wp.array(dtype=float), at: int) -> wp.spatial_vector:
    #| one of
    return wp.spatial_vector(data[at], data[at + 1], data[at + 2], data[at + 3], data[at + 4], data[at + 5])
    #| or
    v = wp.vec3(data[at], data[at + 1], data[at + 2])
    w = wp.vec3(data[at + 3], data[at + 4], data[at + 5])
    return wp.spatial_vector(v, w)
    #| end
