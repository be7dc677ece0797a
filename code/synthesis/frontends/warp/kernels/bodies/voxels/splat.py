"""Bodies of splat for ``recipes/applications/voxels.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def splat(point_mask, tid, inv_width, points, cell_at, GRID, grid_mass, mass, grid_v, velocity_in, cell_count):
    #| 0.2
    if not point_mask[tid]:
        return
    #| end
    pos = points[tid] * inv_width
    #| one of
    base = either(cell_at(points[tid], inv_width), wp.vec3i(int(wp.floor(pos[0])), int(wp.floor(pos[1])), int(wp.floor(pos[2]))))
    fx = wp.vec3(pos[0] - float(base[0]), pos[1] - float(base[1]), pos[2] - float(base[2]))
    for i in range(2):
        for j in range(2):
            for k in range(2):
                #| one of
                node = wp.vec3i(base[0] + i, base[1] + j, base[2] + k)
                if node[0] < 0 or node[1] < 0 or node[2] < 0 or node[0] >= GRID or node[1] >= GRID or node[2]                             >= GRID:
                    continue
                ni = node[0]
                nj = node[1]
                nk = node[2]
                #| or
                ni = wp.clamp(base[0] + i, 0, GRID - 1)
                nj = wp.clamp(base[1] + j, 0, GRID - 1)
                nk = wp.clamp(base[2] + k, 0, GRID - 1)
                #| end
                #? linear in each direction
                #| one of
                wx = fx[0] if i == 1 else 1.0 - fx[0]
                wy = fx[1] if j == 1 else 1.0 - fx[1]
                wz = fx[2] if k == 1 else 1.0 - fx[2]
                #| or
                wx = float(i) * fx[0] + float(1 - i) * (1.0 - fx[0])
                wy = float(j) * fx[1] + float(1 - j) * (1.0 - fx[1])
                wz = float(k) * fx[2] + float(1 - k) * (1.0 - fx[2])
                #| end
                weight = wx * wy * wz
                wp.atomic_add(grid_mass, ni, nj, nk, weight * mass[tid])
                #| one of
                wp.atomic_add(grid_v, ni, nj, nk, weight * mass[tid] * velocity_in[tid])
                #| or
                #| end
    #| or
    #? everything to the nearest node
    base = wp.vec3i(int(wp.floor(pos[0] + 0.5)), int(wp.floor(pos[1] + 0.5)), int(wp.floor(pos[2] + 0.5)))
    for axis in range(3):
        base[axis] = wp.clamp(base[axis], 0, GRID - 1)
    wp.atomic_add(grid_mass, base[0], base[1], base[2], mass[tid])
    #| 0.6
    wp.atomic_add(grid_v, base[0], base[1], base[2], mass[tid] * velocity_in[tid])
    #| end
    #| 0.4
    wp.atomic_add(cell_count, base[0], base[1], base[2], 1)
    #| end
    #| end
