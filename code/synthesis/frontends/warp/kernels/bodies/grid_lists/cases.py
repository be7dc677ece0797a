"""Bodies of cases for ``recipes/applications/grid_lists.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def cases(
    cell_active, i, j, k, cell_mask, field, iso, num_cells, max_vertices, surface_cells, case_triangles,
    num_triangles, triangle_count,
):
    #| 0.3
    if not cell_active[i, j, k]:
        cell_mask[i, j, k] = wp.uint8(0)
        return
    #| end
    # which corners are inside
    mask = int(0)
    for c in range(8):
        #| one of
        x = i + (c & 1)
        y = j + ((c >> 1) & 1)
        z = k + ((c >> 2) & 1)
        if field[x, y, z] < iso:
            mask = mask | (1 << c)
        #| or
        if field[i + (c & 1), j + ((c >> 1) & 1), k + ((c >> 2) & 1)] < iso:
            mask = mask | (1 << c)
        #| end
    cell_mask[i, j, k] = wp.uint8(mask)
    #| one of
    if mask == 0 or mask == 255:
        return
    #| one of
    slot = wp.atomic_add(num_cells, 0, 1)
    if slot < either(max_vertices, surface_cells.shape[0]):
        surface_cells[slot] = wp.vec3i(i, j, k)
    #| or
    wp.atomic_add(num_cells, 0, 1)
    # all triangles of a case are in one table
    wp.atomic_add(num_triangles, 0, case_triangles[mask])
    #| end
    #| or
    triangle_count[i, j, k] = case_triangles[mask]
    if mask != 0 and mask != 255:
        wp.atomic_add(num_cells, 0, 1)
    #| end
