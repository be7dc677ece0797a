"""Bodies of find_cell for ``recipes/applications/voxels.py``."""

import warp as wp


def find_cell(point_mask, tid, points, inv_width, GRID, cell_of, num_outside, cell_count, cell_ijk, octant, local_out):
    #| 0.2
    if not point_mask[tid]:
        return
    #| end
    pos = points[tid]
    #| one of
    cell = wp.vec3i(int(wp.floor(pos[0] * inv_width)), int(wp.floor(pos[1] * inv_width)), int(wp.floor(pos[2]                 * inv_width)))
    #| or
    ix = int(wp.floor(pos[0] * inv_width))
    iy = int(wp.floor(pos[1] * inv_width))
    iz = int(wp.floor(pos[2] * inv_width))
    cell = wp.vec3i(ix, iy, iz)
    #| end
    #| one of
    #| one of
    # outside of the grid
    if cell[0] < 0 or cell[1] < 0 or cell[2] < 0 or cell[0] >= GRID or cell[1] >= GRID or cell[2] >= GRID:
        cell_of[tid] = -1
        #| one of
        wp.atomic_add(num_outside, 0, 1)
        #| or
        #| end
        return
    #| or
    for axis in range(3):
        cell[axis] = wp.clamp(cell[axis], 0, GRID - 1)
    #| end
    cell_of[tid] = (cell[0] * GRID + cell[1]) * GRID + cell[2]
    #| 0.6
    wp.atomic_add(cell_count, cell[0], cell[1], cell[2], 1)
    #| end
    #| or
    cell_ijk[tid] = cell
    #| one of
    # which of the eight parts of the cell
    code = int(0)
    for axis in range(3):
        if pos[axis] * inv_width - float(cell[axis]) > 0.5:
            code = code | (1 << axis)
    octant[tid] = code
    #| or
    # where in the cell
    local_out[tid] = pos * inv_width - wp.vec3(float(cell[0]), float(cell[1]), float(cell[2]))
    #| end
    #| end
