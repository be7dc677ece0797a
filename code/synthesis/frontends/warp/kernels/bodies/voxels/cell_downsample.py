"""Bodies of cell_downsample for ``recipes/applications/voxels.py``."""

import warp as wp


def cell_downsample(FINER, i, j, k, CELL_SOLID, fine_type, fine, coarse, CELL_FLUID, cell_out):
    total = float(0.0)
    num = int(0)
    for di in range(FINER):
        for dj in range(FINER):
            for dk in range(FINER):
                fi = FINER * i + di
                fj = FINER * j + dj
                fk = FINER * k + dk
                #| 0.8
                if fine_type[fi, fj, fk] == CELL_SOLID:
                    continue
                #| end
                total += fine[fi, fj, fk]
                num += 1
    #| one of
    coarse[i, j, k] = total / float(wp.max(num, 1))
    #| or
    mean = float(0.0)
    if num > 0:
        mean = total / float(num)
    coarse[i, j, k] = mean
    #| end
    #| 0.4
    # solid only if all parts are solid
    cell_out[i, j, k] = CELL_SOLID if num == 0 else CELL_FLUID
    #| end
