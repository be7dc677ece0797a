"""Bodies of bin_points for ``recipes/applications/fields.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def bin_points(
    points, tid, LOW_X, inv_h, LOW_Y, grid_size, in_grid, cell_of, num_lost, active, num_cells, NUMBER, PLACE,
    cell_count, cell_mass, masses, max_per_cell, cell_points, num_full,
):
    x = points[tid]
    cx = int(wp.floor((x[0] - LOW_X) * inv_h))
    cy = int(wp.floor((x[1] - LOW_Y) * inv_h))
    #| one of
    if either(cx < 0 or cx >= grid_size or cy < 0 or cy >= grid_size, not in_grid(cx, cy, grid_size, grid_size)):
        cell_of[tid] = -1
        #| one of
        wp.atomic_add(num_lost, 0, 1)
        #| or
        #| end
        return
    #| or
    #? points outside belong to the cells at the border
    cx = wp.clamp(cx, 0, grid_size - 1)
    cy = either(wp.min(wp.max(cy, 0), grid_size - 1), wp.clamp(cy, 0, grid_size - 1))
    #| end
    #| 0.2
    if active[tid] == 0:
        #| one of
        # behind all other cells when sorted
        cell_of[tid] = num_cells
        #| or
        cell_of[tid] = -1
        #| end
        return
    #| end
    #| one of
    cell = NUMBER
    cell_of[tid] = cell
    #| or
    cell_of[tid] = NUMBER
    #| end
    #| 0.7
    #| one of
    wp.atomic_add(cell_count, PLACE, 1)
    #| or
    wp.atomic_add(cell_mass, PLACE, masses[tid])
    #| or
    rank = wp.atomic_add(cell_count, PLACE, 1)
    if rank < max_per_cell:
        cell_points[PLACE, rank] = tid
    else:
        #? no room for it in the cell
        wp.atomic_add(num_full, 0, 1)
    #| end
    #| end
