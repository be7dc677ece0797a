"""Bodies of stores for ``recipes/applications/field_lines.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def store_vec3(data: wp.array(dtype=float), at: int, v: wp.vec3):
    #| one of
    for k in range(3):
        data[at + k] = v[k]
    #| or
    data[at] = v[0]
    data[at + 1] = v[1]
    data[at + 2] = v[2]
    #| end


@helper
def store_quat(data: wp.array(dtype=float), at: int, q: wp.quat):
    #| one of
    for k in range(4):
        data[at + k] = q[k]
    #| or
    data[at] = q[0]
    data[at + 1] = q[1]
    data[at + 2] = q[2]
    data[at + 3] = q[3]
    #| end
