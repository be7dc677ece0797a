"""Bodies of csr_multiply for ``recipes/applications/matrix_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def csr_mv(LOOP, col, k, values, x, columns, offsets, row, row_dot, y, alpha, added, beta, shift, mask):
    #| 0.7
    total = float(0.0)
    for _ in LOOP:
        total += values[k] * x[col]
    #| else
    total = row_dot(offsets, columns, values, x, row)
    #| end
    #| one of
    y[row] = total
    #| or
    y[row] = alpha * total
    #| or
    added[row] = alpha * total + beta * added[row]
    #| or
    if beta == 0.0:
        added[row] = alpha * total
    else:
        added[row] = alpha * total + beta * added[row]
    #| or
    y[row] = total + shift * x[row]
    #| or
    #? fixed rows
    if mask[row] == 0:
        y[row] = x[row]
    else:
        y[row] = total
    #| end


def csr_residual(b, row, LOOP, col, k, values, x, columns, offsets, row_dot, y, change_out, inv_diag_in, z, mask):
    #| 0.6
    residual = b[row]
    for _ in LOOP:
        residual -= values[k] * x[col]
    #| else
    residual = b[row] - row_dot(offsets, columns, values, x, row)
    #| end
    #| one of
    y[row] = residual
    #| or
    y[row] = residual
    wp.atomic_add(change_out, 0, residual * residual)
    #| or
    y[row] = residual
    z[row] = inv_diag_in[row] * residual
    wp.atomic_add(change_out, 0, inv_diag_in[row] * residual * residual)
    #| or
    #? fixed rows have none
    if mask[row] == 0:
        residual = 0.0
    y[row] = residual
    #| end


def bsr_mv(LOOP, blocks, col, k, x_vec, row, y_vec, b_vec, mask, change_out):
    total = wp.vec3(0.0, 0.0, 0.0)
    for _ in LOOP:
        total += blocks[k] * x_vec[col]
    #| one of
    y_vec[row] = total
    #| or
    y_vec[row] = b_vec[row] - total
    #| or
    #| one of
    if mask[row] == 0:
        total = wp.vec3(0.0, 0.0, 0.0)
    #| or
    #| end
    y_vec[row] = total
    #? for the length of the step
    wp.atomic_add(change_out, 0, wp.dot(x_vec[row], total))
    #| end


def csr_mv_transposed(alpha, row, x, LOOP, added, col, k, values):
    #| one of
    scaled = alpha * x[row]
    #| or
    scaled = x[row]
    #| end
    #| one of
    if scaled == 0.0:
        return
    #| or
    #| end
    for _ in LOOP:
        wp.atomic_add(added, col, values[k] * scaled)


def csr_mm(dense, num_columns, offsets, row, columns, values, dense_out, LOOP, col, dense_added):
    #| one of
    for c in range(either(num_columns, dense.shape[1])):
        total = float(0.0)
        for k in range(offsets[row], offsets[row + 1]):
            total += values[k] * dense[columns[k], c]
        dense_out[row, c] = total
    #| or
    for _ in LOOP:
        #| 0.3
        if values[k] == 0.0:
            continue
        #| end
        for c in range(either(num_columns, dense.shape[1])):
            #| one of
            dense_added[row, c] += values[k] * dense[col, c]
            #| or
            dense_added[row, c] = dense_added[row, c] - values[k] * dense[col, c]
            #| or
            wp.atomic_add(dense_added, col, c, values[k] * dense[row, c])
            #| end
    #| end
