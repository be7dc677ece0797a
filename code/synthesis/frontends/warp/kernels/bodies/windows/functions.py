"""Bodies of functions for ``recipes/applications/windows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def in_bounds(cell: wp.vec3i, dims: wp.vec3i) -> bool:
    #| one of
    if cell[0] < 0 or cell[1] < 0 or cell[2] < 0:
        return False
    return cell[0] < dims[0] and cell[1] < dims[1] and cell[2] < dims[2]
    #| or
    for axis in range(3):
        if cell[axis] < 0 or cell[axis] >= dims[axis]:
            return False
    return True
    #| or
    if cell[0] < 0 or cell[0] >= dims[0]:
        return False
    if cell[1] < 0 or cell[1] >= dims[1]:
        return False
    return cell[2] >= 0 and cell[2] < dims[2]
    #| end
