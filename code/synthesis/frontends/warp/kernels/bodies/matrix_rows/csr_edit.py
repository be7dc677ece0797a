"""Bodies of csr_edit for ``recipes/applications/matrix_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def apply_dirichlet(mask, row, ENTRIES, columns, k, values_io, fixed_value, rhs_io, LOOP, col):
    #| one of
    if mask[row] == 0:
        #? identity row for a fixed value
        for _ in ENTRIES:
            #| one of
            if columns[k] == row:
                values_io[k] = 1.0
            else:
                values_io[k] = 0.0
            #| or
            values_io[k] = 1.0 if columns[k] == row else 0.0
            #| end
        rhs_io[row] = fixed_value[row]
    else:
        #? known values move to the right-hand side
        for _ in LOOP:
            if mask[col] == 0:
                rhs_io[row] = rhs_io[row] - values_io[k] * fixed_value[col]
                values_io[k] = 0.0
    #| or
    for _ in LOOP:
        if mask[row] == 0:
            values_io[k] = 1.0 if col == row else 0.0
        elif mask[col] == 0:
            rhs_io[row] = rhs_io[row] - values_io[k] * fixed_value[col]
            values_io[k] = 0.0
    if mask[row] == 0:
        rhs_io[row] = fixed_value[row]
    #| end


def add_to_diagonal(mask, row, LOOP, col, k, shift, values_io, columns, find_entry, offsets, num_weak, diag_in):
    #| one of
    #| 0.4
    if mask[row] == 0:
        return
    #| end
    for _ in LOOP:
        if col == row:
            #| one of
            values_io[k] = values_io[k] + shift
            #| or
            values_io[k] = (1.0 + shift) * values_io[k]
            #| or
            #? never less than the floor
            if values_io[k] < shift:
                values_io[k] = shift
            #| end
            break
    #| or
    entry = find_entry(offsets, columns, row, row)
    #| one of
    if entry < 0:
        wp.atomic_add(num_weak, 0, 1)
        return
    #| or
    if entry < 0 or mask[row] == 0:
        return
    #| end
    values_io[entry] = values_io[entry] + either(shift, shift * diag_in[row])
    #| end


def scale_matrix(row, scale_in, LOOP, col, k, values_io, rhs_io, ENTRIES, drop, max_step, AGAIN):
    #| one of
    s = scale_in[row]
    for _ in LOOP:
        #| one of
        values_io[k] = s * scale_in[col] * values_io[k]
        #| or
        values_io[k] *= s * scale_in[col]
        #| end
    rhs_io[row] *= s
    #| or
    #? only rows that are scaled badly
    row_max = float(0.0)
    for _ in ENTRIES:
        row_max = wp.max(row_max, wp.abs(values_io[k]))
    if row_max > either(drop, max_step) or (row_max > 0.0 and row_max < drop * drop):
        s = 1.0 / row_max
        for _ in AGAIN:
            values_io[k] = s * values_io[k]
        rhs_io[row] = s * rhs_io[row]
    #| end


def drop_small_entries(LOOP, col, row, k, diag_in, drop, values_io, num_kept):
    removed = float(0.0)
    entry = int(-1)
    for _ in LOOP:
        #| one of
        if col == row:
            entry = k
        elif wp.abs(values_io[k]) < either(drop, drop * diag_in[row]):
            removed += values_io[k]
            values_io[k] = 0.0
            #| 0.4
            wp.atomic_add(num_kept, 0, 1)
            #| end
        #| or
        if col == row:
            entry = k
            continue
        if wp.abs(values_io[k]) < drop * wp.sqrt(diag_in[row] * diag_in[col]):
            removed += values_io[k]
            values_io[k] = 0.0
        #| end
    #? dropped entries are added to the diagonal to preserve row sums
    #| one of
    if entry >= 0:
    #| or
    #: if entry >= 0 and removed != 0.0:
    #| end
        values_io[entry] = values_io[entry] + removed


def csr_to_ell(offsets, row, ELL_WIDTH, columns, ell_columns, ell_values, values, widest, num_weak):
    start = offsets[row]
    num = offsets[row + 1] - start
    for k in range(ELL_WIDTH):
        if k < num:
            ell_columns[row, k] = columns[start + k]
            ell_values[row, k] = values[start + k]
        else:
            #| one of
            # padding points at the row itself
            ell_columns[row, k] = row
            #| or
            ell_columns[row, k] = -1
            #| end
            ell_values[row, k] = 0.0
    #| one of
    if num > ELL_WIDTH:
        #| one of
        wp.atomic_max(widest, 0, num)
        #| or
        wp.atomic_add(num_weak, 0, 1)
        #| end
    #| or
    #| end


def csr_transpose_scatter(
    LOOP, k, values, col, column_fill, ELL_WIDTH, row, transposed_rows, transposed_values, num_weak,
):
    for _ in LOOP:
        #| 0.3
        if values[k] == 0.0:
            continue
        #| end
        #| one of
        place = wp.atomic_add(column_fill, col, 1)
        if place < ELL_WIDTH:
            transposed_rows[col, place] = row
            transposed_values[col, place] = values[k]
        #| or
        place = wp.atomic_add(column_fill, col, 1)
        if place >= ELL_WIDTH:
            wp.atomic_add(num_weak, 0, 1)
            continue
        transposed_rows[col, place] = row
        transposed_values[col, place] = values[k]
        #| end
