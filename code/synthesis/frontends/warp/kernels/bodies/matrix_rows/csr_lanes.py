"""Bodies of csr_lanes for ``recipes/applications/matrix_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def csr_mv_lanes(LANES, tid, mask, offsets, columns, values, x, added, alpha, b):
    #? several threads for each row, each takes every so many of its entries
    row = tid // LANES
    lane = tid % LANES
    #| 0.4
    if mask[row] == 0:
        return
    #| end
    total = float(0.0)
    for k in range(offsets[row] + lane, offsets[row + 1], LANES):
        total += values[k] * x[columns[k]]
    #| one of
    wp.atomic_add(added, row, either(total, alpha * total))
    #| or
    if total != 0.0:
        wp.atomic_add(added, row, total)
    #| or
    #? the first one brings the right side
    if lane == 0:
        total -= b[row]
    wp.atomic_add(added, row, total)
    #| end


def row_norms_lanes(LANES, tid, offsets, values, columns, added):
    #| one of
    row = tid // LANES
    lane = tid % LANES
    #| or
    row = tid // LANES
    lane = tid - row * LANES
    #| end
    #| one of
    total = float(0.0)
    for k in range(offsets[row] + lane, offsets[row + 1], LANES):
        #| one of
        total += values[k] * values[k]
        #| or
        total += wp.abs(values[k])
        #| or
        if columns[k] != row:
            total += wp.abs(values[k])
        #| end
    wp.atomic_add(added, row, total)
    #| or
    most = float(0.0)
    for k in range(offsets[row] + lane, offsets[row + 1], LANES):
        if columns[k] != row and wp.abs(values[k]) > most:
            most = wp.abs(values[k])
    wp.atomic_max(added, row, most)
    #| end
