"""Bodies of csr_transfer for ``recipes/applications/matrix_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def restrict_residual(aggregate, row, mask, b, LOOP, col, k, values, x, columns, offsets, row_dot, coarse, inv_diag_in):
    #| one of
    agg = aggregate[row]
    # rows without an aggregate are left to the smoother
    #| one of
    if agg < 0 or mask[row] == 0:
    #| or
    #: if agg < 0:
    #| end
        return
    #| 0.6
    residual = b[row]
    for _ in LOOP:
        residual -= values[k] * x[col]
    #| else
    residual = b[row] - row_dot(offsets, columns, values, x, row)
    #| end
    wp.atomic_add(coarse, agg, either(residual, inv_diag_in[row] * residual))
    #| or
    for _ in LOOP:
        #? the transposed prolongation
        if aggregate[col] >= 0:
            wp.atomic_add(coarse, aggregate[col], values[k] * b[row])
    #| end


def prolongate_correction(aggregate, row, mask, added, coarse_in, omega, LOOP, col, k, values):
    agg = aggregate[row]
    #| one of
    if agg >= 0 and mask[row] == 1:
        added[row] = added[row] + either(coarse_in[agg], omega * coarse_in[agg])
    #| or
    correction = float(0.0)
    if agg >= 0:
        correction = coarse_in[agg]
    else:
        #? from its neighbours, weighted by matrix entries
        weight_sum = float(0.0)
        for _ in LOOP:
            if aggregate[col] >= 0:
                correction += wp.abs(values[k]) * coarse_in[aggregate[col]]
                weight_sum += wp.abs(values[k])
        if weight_sum > 0.0:
            correction = correction / weight_sum
    added[row] += correction
    #| end


def galerkin_diagonal(aggregate, row, LOOP, col, k, values, coarse, coarse_off):
    agg = aggregate[row]
    if agg < 0:
        return
    #| one of
    total = float(0.0)
    for _ in LOOP:
        if aggregate[col] == agg:
            total += values[k]
    wp.atomic_add(coarse, agg, total)
    #| or
    for _ in LOOP:
        if aggregate[col] == agg:
            wp.atomic_add(coarse, agg, values[k])
        elif aggregate[col] >= 0:
            wp.atomic_add(coarse_off, agg, wp.abs(values[k]))
    #| end


def coarse_pattern(aggregate, row, LOOP, col, coarse_adjacent, diag_in, drop, k, values):
    agg = aggregate[row]
    if agg < 0:
        return
    for _ in LOOP:
        other_agg = aggregate[col]
        #| one of
        if other_agg >= 0 and other_agg != agg:
            coarse_adjacent[agg, other_agg] = 1
        #| or
        if other_agg < 0 or other_agg == agg:
            continue
        #? only entries large relative to both diagonals
        if wp.abs(values[k]) > drop * wp.sqrt(diag_in[row] * diag_in[col]):
            coarse_adjacent[agg, other_agg] = 1
        #| end
