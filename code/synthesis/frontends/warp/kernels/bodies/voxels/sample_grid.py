"""Bodies of sample_grid for ``recipes/applications/voxels.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def sample_grid(
    inv_width, points, tid, cell_at, GRID, point_mask, fill, sampled, num_outside, saturate, grid, gradient_out,
):
    pos = points[tid] * inv_width
    cell = cell_at(points[tid], inv_width)
    #| 0.6
    if either(cell[0] < 0 or cell[1] < 0 or cell[2] < 0, not point_mask[tid], cell[0] < 0 or cell[1] < 0 or cell[2] < 0 or cell[0] >= GRID or cell[1] >= GRID or cell[2] >= GRID):
        sampled[tid] = fill
        #| one of
        wp.atomic_add(num_outside, 0, 1)
        #| or
        #| end
        return
    #| end
    #| one of
    for axis in range(3):
        cell[axis] = wp.clamp(cell[axis], 0, GRID - 2)
    #| or
    cell = wp.vec3i(wp.clamp(cell[0], 0, GRID - 2), wp.clamp(cell[1], 0, GRID - 2), wp.clamp(cell[2], 0, GRID - 2))
    #| end
    #| one of
    fx = saturate(pos[0] - float(cell[0]))
    fy = saturate(pos[1] - float(cell[1]))
    fz = saturate(pos[2] - float(cell[2]))
    #| one of
    total = float(0.0)
    for c in range(8):
        di = c & 1
        dj = (c >> 1) & 1
        dk = c >> 2
        #| one of
        w = float(di) * fx + float(1 - di) * (1.0 - fx)
        w *= float(dj) * fy + float(1 - dj) * (1.0 - fy)
        w *= float(dk) * fz + float(1 - dk) * (1.0 - fz)
        #| or
        wx = fx if di == 1 else 1.0 - fx
        wy = fy if dj == 1 else 1.0 - fy
        wz = fz if dk == 1 else 1.0 - fz
        w = wx * wy * wz
        #| end
        total += w * grid[cell[0] + di, cell[1] + dj, cell[2] + dk]
    sampled[tid] = total
    #| or
    total = float(0.0)
    for di in range(2):
        for dj in range(2):
            low = grid[cell[0] + di, cell[1] + dj, cell[2]]
            high = grid[cell[0] + di, cell[1] + dj, cell[2] + 1]
            wx = fx if di == 1 else 1.0 - fx
            wy = fy if dj == 1 else 1.0 - fy
            total += wx * wy * (low + fz * (high - low))
    sampled[tid] = total
    #| end
    #| or
    #? the mean of the corners
    total = float(0.0)
    for di in range(2):
        for dj in range(2):
            for dk in range(2):
                total += grid[cell[0] + di, cell[1] + dj, cell[2] + dk]
    sampled[tid] = 0.125 * total
    #| or
    sampled[tid] = grid[cell[0], cell[1], cell[2]]
    #? differences to the next nodes
    gradient_out[tid] = inv_width * wp.vec3(grid[cell[0] + 1, cell[1], cell[2]] - grid[cell[0], cell[1], cell[2]],                 grid[cell[0], cell[1] + 1, cell[2]] - grid[cell[0], cell[1], cell[2]],                 grid[cell[0], cell[1], cell[2] + 1] - grid[cell[0], cell[1], cell[2]])
    #| end
