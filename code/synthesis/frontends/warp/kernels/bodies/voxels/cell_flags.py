"""Bodies of cell_flags for ``recipes/applications/voxels.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def cell_flags(
    cell_type, i, j, k, CELL_SOLID, cell_out, nx, ny, nz, CELL_FLUID, in_box, num_inside, CELL_EMPTY, phi,
    CELL_SURFACE,
):
    label = either(cell_type[i, j, k], cell_type[i, j, k])
    if label == CELL_SOLID:
        #| one of
        cell_out[i, j, k] = CELL_SOLID
        return
        #| or
        cell_out[i, j, k] = label
        return
        #| end
    count = int(0)
    #| one of
    #| one of
    for ni in range(wp.max(i - 1, 0), wp.min(i + 2, nx)):
        for nj in range(wp.max(j - 1, 0), wp.min(j + 2, ny)):
            for nk in range(wp.max(k - 1, 0), wp.min(k + 2, nz)):
                #| one of
                if ni == i and nj == j and nk == k:
                    continue
                #| or
                #| end
                if cell_type[ni, nj, nk] == CELL_FLUID:
                    count += 1
    #| or
    first = wp.vec3i(wp.max(i - 1, 0), wp.max(j - 1, 0), wp.max(k - 1, 0))
    last = wp.vec3i(wp.min(i + 1, nx - 1), wp.min(j + 1, ny - 1), wp.min(k + 1, nz - 1))
    for ni in range(first[0], last[0] + 1):
        for nj in range(first[1], last[1] + 1):
            for nk in range(first[2], last[2] + 1):
                if cell_type[ni, nj, nk] == CELL_FLUID:
                    count += 1
    #| or
    for di in range(-1, 2):
        for dj in range(-1, 2):
            for dk in range(-1, 2):
                #| one of
                if di == 0 and dj == 0 and dk == 0:
                    continue
                #| or
                #| end
                ni = i + di
                nj = j + dj
                nk = k + dk
                if ni < 0 or nj < 0 or nk < 0 or ni >= nx or nj >= ny or nk >= nz:
                    continue
                if cell_type[ni, nj, nk] == CELL_FLUID:
                    count += 1
    #| end
    #| or
    for axis in range(3):
        for side in range(-1, 2, 2):
            cell = wp.vec3i(i, j, k)
            cell[axis] = cell[axis] + side
            if in_box(cell, nx, ny, nz):
                if cell_type[cell[0], cell[1], cell[2]] == CELL_FLUID:
                    count += 1
    #| or
    #? boundary cells lack some neighbours
    if i == 0 or j == 0 or k == 0 or i == nx - 1 or j == ny - 1 or k == nz - 1:
        cell_out[i, j, k] = label
        return
    if cell_type[i - 1, j, k] == CELL_FLUID:
        count += 1
    if cell_type[i + 1, j, k] == CELL_FLUID:
        count += 1
    if cell_type[i, j - 1, k] == CELL_FLUID:
        count += 1
    if cell_type[i, j + 1, k] == CELL_FLUID:
        count += 1
    if cell_type[i, j, k - 1] == CELL_FLUID:
        count += 1
    if cell_type[i, j, k + 1] == CELL_FLUID:
        count += 1
    #| end
    #| one of
    #? fluid where there are particles, and in the gaps between them
    #| one of
    if num_inside[i, j, k] > 0 or count > 4:
        cell_out[i, j, k] = CELL_FLUID
    else:
        cell_out[i, j, k] = CELL_EMPTY
    #| or
    cell_out[i, j, k] = CELL_EMPTY
    if num_inside[i, j, k] > 0 or count > 4:
        cell_out[i, j, k] = CELL_FLUID
    #| end
    #| or
    #? by the distance to the surface; air beside the fluid takes part in extrapolation
    if phi[i, j, k] < 0.0:
        cell_out[i, j, k] = CELL_FLUID
    elif count > 0:
        cell_out[i, j, k] = CELL_SURFACE
    else:
        cell_out[i, j, k] = CELL_EMPTY
    #| or
    #? empty cells beside the fluid are its surface
    #| one of
    cell_out[i, j, k] = CELL_SURFACE if label == CELL_EMPTY and count > 0 else label
    #| or
    if label == CELL_EMPTY and count > 0:
        cell_out[i, j, k] = CELL_SURFACE
    else:
        cell_out[i, j, k] = label
    #| end
    #| end
