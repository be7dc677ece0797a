"""Bodies of functions for ``recipes/applications/voxels.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def in_box(cell: wp.vec3i, nx: int, ny: int, nz: int) -> bool:
    #| one of
    if cell[0] < 0 or cell[1] < 0 or cell[2] < 0:
        return False
    return cell[0] < nx and cell[1] < ny and cell[2] < nz
    #| or
    return cell[0] >= 0 and cell[1] >= 0 and cell[2] >= 0 and cell[0] < nx and cell[1] < ny and cell[2] < nz
    #| end


@helper
def cell_at(pos: wp.vec3, inv_width: float) -> wp.vec3i:
    #| one of
    return wp.vec3i(
    int(wp.floor(pos[0] * inv_width)), int(wp.floor(pos[1] * inv_width)), int(wp.floor(pos[2] *                         inv_width)))
    #| or
    p = pos * inv_width
    return wp.vec3i(int(wp.floor(p[0])), int(wp.floor(p[1])), int(wp.floor(p[2])))
    #| end
