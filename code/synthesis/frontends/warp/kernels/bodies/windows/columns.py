"""Bodies of columns for ``recipes/applications/windows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def build_height_map(
    SCAN, LABEL_OCCUPIED, i, j, k, label, DZ, clearance_out, cell_height, ground_z, height, unknown, top_cell,
):
    top = int(-1)
    for _ in SCAN:
        if label[i, j, k] == LABEL_OCCUPIED:
            top = k
            break
    #| 0.6
    #? clearance above the ground
    clearance = int(0)
    for k in range(top + 1, DZ):
        if label[i, j, k] == LABEL_OCCUPIED:
            break
        clearance += 1
    clearance_out[i, j] = clearance
    #| end
    #| one of
    if top >= 0:
        height[i, j] = ground_z + float(top + 1) * cell_height
    else:
        height[i, j] = either(ground_z, unknown)
    #| or
    height[i, j] = ground_z + float(top + 1) * cell_height
    #| end
    #| 0.5
    top_cell[i, j] = top
    #| end


def sweep_distances(far, DZ, LABEL_OCCUPIED, i, j, label, dist, SCAN):
    #| one of
    steps = int(far)
    for k in range(DZ):
        if label[i, j, k] == LABEL_OCCUPIED:
            steps = 0
        elif steps < far:
            steps += 1
        dist[i, j, k] = steps
    steps = far
    for _ in SCAN:
        if label[i, j, k] == LABEL_OCCUPIED:
            steps = 0
        elif steps < far:
            steps += 1
        if steps < dist[i, j, k]:
            dist[i, j, k] = steps
    #| or
    #? continues from the results of other directions
    for k in range(1, DZ):
        dist[i, j, k] = wp.min(dist[i, j, k], dist[i, j, k - 1] + 1)
    for k in range(DZ - 2, -1, -1):
        dist[i, j, k] = wp.min(dist[i, j, k], dist[i, j, k + 1] + 1)
    #| end


def propagate_sunlight(max_light, SCAN, i, j, k, label, LABEL_OCCUPIED, LABEL_FLUID, absorption, light):
    level = int(max_light)
    for _ in SCAN:
        kind = label[i, j, k]
        if kind == LABEL_OCCUPIED:
            level = 0
        elif kind == LABEL_FLUID and level > 0:
            #? water absorbs some of it
            level -= either(1, absorption)
            if level < 0:
                level = 0
        light[i, j, k] = level
        #| 0.5
        if level == 0:
            #| one of
            for below in range(k):
            #| or
            #: for below in range(k - 1, -1, -1):
            #| end
                light[i, j, below] = 0
            break
        #| end


def settle_columns(DZ, i, j, label_io, LABEL_OCCUPIED, LABEL_LOOSE, LABEL_FREE, num_changed, fill_level):
    floor = int(0)
    top = int(0)
    num_moved = int(0)
    for k in range(DZ):
        kind = label_io[i, j, k]
        if kind == LABEL_OCCUPIED:
            #? nothing falls through it
            floor = k + 1
            continue
        if kind != LABEL_LOOSE:
            continue
        if k > floor:
            #| one of
            label_io[i, j, floor] = LABEL_LOOSE
            label_io[i, j, k] = LABEL_FREE
            #| or
            label_io[i, j, k] = LABEL_FREE
            label_io[i, j, floor] = LABEL_LOOSE
            #| end
            num_moved += 1
        floor += 1
        top = floor
    if num_moved > 0:
        wp.atomic_add(num_changed, 0, num_moved)
    #| 0.4
    # the highest loose cell, not what it lies on
    fill_level[i, j] = top
    #| end


def integrate_hydrostatic_pressure(column_active, i, j, SCAN, LABEL_OCCUPIED, k, label, load, values, column_total):
    #| 0.6
    if column_active[i, j] == 0:
        return
    #| end
    weight = float(0.0)
    for _ in SCAN:
        if label[i, j, k] == LABEL_OCCUPIED:
            #? supports the cells above
            weight = 0.0
            #| one of
            continue
            #| or
            load[i, j, k] = 0.0
            continue
            #| end
        #| one of
        load[i, j, k] = weight + 0.5 * values[i, j, k]
        #| or
        load[i, j, k] = weight
        #| end
        weight += values[i, j, k]
    #| 0.5
    column_total[i, j] = weight
    #| end


def count_column_cells(
    LABEL_FREE, DZ, i, j, label, LABEL_OCCUPIED, run_count, cell_count, num_columns, column_ij, DX, DY,
):
    num_runs = int(0)
    num_cells = int(0)
    last = int(LABEL_FREE)
    for k in range(DZ):
        kind = label[i, j, k]
        if kind == LABEL_OCCUPIED:
            num_cells += 1
            if last != LABEL_OCCUPIED:
                num_runs += 1
        last = kind
    run_count[i, j] = num_runs
    #| 0.6
    cell_count[i, j] = num_cells
    #| end
    #| 0.6
    if num_runs > 0:
        #| one of
        slot = wp.atomic_add(num_columns, 0, 1)
        if slot < column_ij.shape[0]:
            column_ij[slot] = either(i * DY + j, j * DX + i)
        #| or
        wp.atomic_add(num_columns, 0, num_runs)
        #| end
    #| end
