"""Bodies of csr_diagonal for ``recipes/applications/matrix_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def csr_get_diag(LOOP, col, row, k, values, diag, diag_index):
    #| one of
    pivot = float(0.0)
    for _ in LOOP:
        if col == row:
            pivot = values[k]
            #| 0.7
            break
            #| end
    diag[row] = pivot
    #| or
    pivot = float(0.0)
    place = int(-1)
    for _ in LOOP:
        if col == row:
            pivot = values[k]
            place = k
            break
    diag[row] = pivot
    diag_index[row] = place
    #| end


def csr_inverse_diagonal(
    LOOP, col, row, k, values, drop, diag, mask, safe_inverse, columns, find_entry, offsets, num_weak,
):
    pivot = float(0.0)
    #| one of
    #| one of
    LOOP
    if col == row:
        pivot = values[k]
    #| or
    for _ in LOOP:
        if col == row and values[k] != 0.0:
            pivot = values[k]
            break
    #| end
    #| one of
    if wp.abs(pivot) > drop:
        diag[row] = 1.0 / pivot
    else:
        diag[row] = either(1.0, 0.0)
    #| or
    diag[row] = 1.0 / pivot if wp.abs(pivot) > drop else 1.0
    #| or
    #? fixed rows keep their values
    if mask[row] == 0:
        diag[row] = 1.0
    else:
        diag[row] = safe_inverse(pivot, drop)
    #| or
    diag[row] = safe_inverse(pivot, drop)
    #| end
    #| or
    entry = find_entry(offsets, columns, row, row)
    #| one of
    if entry >= 0:
        diag[row] = safe_inverse(values[entry], drop)
    else:
        diag[row] = 1.0
    #| or
    #? no diagonal, or one that is too small
    if entry < 0 or wp.abs(values[entry]) < drop:
        wp.atomic_add(num_weak, 0, 1)
        diag[row] = 1.0
        return
    diag[row] = 1.0 / values[entry]
    #| end
    #| or
    #? a row whose diagonal is too small is scaled by all its entries
    row_sum = float(0.0)
    for _ in LOOP:
        row_sum += wp.abs(values[k])
        if col == row:
            pivot = values[k]
    if wp.abs(pivot) > drop:
        diag[row] = 1.0 / pivot
    elif row_sum > drop:
        diag[row] = 1.0 / row_sum
    else:
        diag[row] = 1.0
    #| end


def csr_diagonal_scaling(LOOP, col, row, k, values, columns, find_entry, offsets, diag, drop, b, y):
    #| 0.7
    pivot = float(0.0)
    for _ in LOOP:
        if col == row:
            pivot = wp.abs(values[k])
            break
    #| else
    entry = find_entry(offsets, columns, row, row)
    #| one of
    pivot = float(0.0)
    if entry >= 0:
        pivot = wp.abs(values[entry])
    #| or
    pivot = wp.abs(values[entry]) if entry >= 0 else 0.0
    #| end
    #| end
    #| one of
    diag[row] = 1.0 / wp.sqrt(wp.max(pivot, drop))
    #| or
    scale = float(1.0)
    if pivot > drop:
        scale = 1.0 / wp.sqrt(pivot)
    diag[row] = scale
    #| one of
    y[row] = scale * b[row]
    #| or
    #| end
    #| end


def diagonal_dominance(LOOP, col, row, k, values, diag, num_weak, drop):
    pivot = float(0.0)
    row_sum = float(0.0)
    #| one of
    for _ in LOOP:
        if col == row:
            pivot = values[k]
        else:
            row_sum += wp.abs(values[k])
    #| one of
    diag[row] = wp.abs(pivot) - row_sum
    #| or
    diag[row] = pivot - row_sum
    #| end
    if wp.abs(pivot) < row_sum:
        wp.atomic_add(num_weak, 0, 1)
    #| or
    for _ in LOOP:
        row_sum += wp.abs(values[k])
        if col == row:
            pivot = wp.abs(values[k])
    #? share of the diagonal in the row sum
    diag[row] = pivot / wp.max(row_sum, drop)
    #| end


def bsr_get_diag(LOOP, col, row, blocks, k, block_diag, diag, diag_3):
    #| one of
    block = wp.mat33(0.0)
    for _ in LOOP:
        if col == row:
            block = blocks[k]
            #| 0.5
            break
            #| end
    #| one of
    block_diag[row] = block
    #| or
    #? trace as an initial estimate of the scale
    block_diag[row] = block
    diag[row] = (block[0, 0] + block[1, 1] + block[2, 2]) / 3.0
    #| end
    #| or
    for _ in LOOP:
        if col == row:
            for c in range(3):
                diag_3[row, c] = blocks[k][c, c]
            break
    #| end
