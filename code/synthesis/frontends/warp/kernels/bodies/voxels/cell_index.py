"""Bodies of cell_index for ``recipes/applications/voxels.py``."""

import warp as wp


def cell_index(
    i, j, k, ny, nz, nx, cell_ijk, origin_ijk, cell_ids, cell_type, lower, node_pos, width, field, packed, corner,
):
    #| one of
    # row by row, the last index fastest
    index = (i * ny + j) * nz + k
    #| or
    index = i * ny * nz + j * nz + k
    #| or
    # x the fastest
    index = (k * ny + j) * nx + i
    #| end
    #| one of
    #| one of
    cell_ijk[index] = wp.vec3i(i, j, k)+ origin_ijk
    #| or
    cell_ijk[index] = wp.vec3i(i, j, k)
    #| end
    #| 0.5
    cell_ids[index] = cell_type[i, j, k]
    #| end
    #| or
    node_pos[index] = lower + wp.vec3(float(i) + 0.5, float(j) + 0.5, float(k) + 0.5) * width
    #| 0.5
    packed[index] = field[i, j, k]
    #| end
    #| 0.4
    cell_ids[index] = cell_type[i, j, k]
    #| end
    #| or
    # eight corners of the cell
    for c in range(8):
        ci = i + (c & 1)
        cj = j + ((c >> 1) & 1)
        ck = k + ((c >> 2) & 1)
        corner[index, c] = (ci * (ny + 1) + cj) * (nz + 1) + ck
    #| 0.5
    cell_ijk[index] = wp.vec3i(i, j, k)
    #| end
    #| end
