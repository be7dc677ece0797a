"""Bodies of to_grid for ``recipes/applications/fields.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def to_grid(
    points, tid, EMPTY, active, material, LOW_X, inv_h, LOW_Y, grid_size, num_lost, masses, scale, volumes, TINY,
    grid_m, grid_v, velocities, cell_count,
):
    x = points[tid]
    #| 0.2
    if either(active[tid] == 0, material[tid] == EMPTY):
        return
    #| end
    gx = int(wp.floor((x[0] - LOW_X) * inv_h))
    gy = int(wp.floor((x[1] - LOW_Y) * inv_h))
    #| 0.5
    # outside the grid
    if gx < 0 or gy < 0 or gx >= grid_size - 1 or gy >= grid_size - 1:
        #| one of
        wp.atomic_add(num_lost, 0, 1)
        return
        #| or
        return
        #| end
    #| else
    gx = wp.clamp(gx, 0, grid_size - 2)
    gy = wp.clamp(gy, 0, grid_size - 2)
    #| end
    fx = (x[0] - LOW_X) * inv_h - float(gx)
    fy = (x[1] - LOW_Y) * inv_h - float(gy)
    m = either(masses[tid], volumes[tid] * scale[material[tid]])
    #| one of
    for dx in range(2):
        for dy in range(2):
            wx = 1.0 - fx
            if dx == 1:
                wx = fx
            wy = 1.0 - fy
            if dy == 1:
                wy = fy
            w = wx * wy
            #| 0.3
            if w < TINY:
                continue
            #| end
            wp.atomic_add(grid_m, gx + dx, gy + dy, w * m)
            #| 0.7
            wp.atomic_add(grid_v, gx + dx, gy + dy, velocities[tid] * (w * m))
            #| end
    #| or
    wp.atomic_add(grid_m, gx, gy, (1.0 - fx) * (1.0 - fy) * m)
    wp.atomic_add(grid_m, gx + 1, gy, fx * (1.0 - fy) * m)
    wp.atomic_add(grid_m, gx, gy + 1, (1.0 - fx) * fy * m)
    wp.atomic_add(grid_m, gx + 1, gy + 1, fx * fy * m)
    #| 0.5
    mv = velocities[tid] * m
    wp.atomic_add(grid_v, gx, gy, (1.0 - fx) * (1.0 - fy) * mv)
    wp.atomic_add(grid_v, gx + 1, gy, fx * (1.0 - fy) * mv)
    wp.atomic_add(grid_v, gx, gy + 1, (1.0 - fx) * fy * mv)
    wp.atomic_add(grid_v, gx + 1, gy + 1, fx * fy * mv)
    #| end
    #| or
    #? everything to one node
    wp.atomic_add(grid_m, gx, gy, m)
    #| 0.6
    wp.atomic_add(grid_v, gx, gy, velocities[tid] * m)
    #| end
    #| 0.5
    wp.atomic_add(cell_count, gx, gy, 1)
    #| end
    #| end
