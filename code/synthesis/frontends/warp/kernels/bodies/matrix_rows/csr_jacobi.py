"""Bodies of csr_jacobi for ``recipes/applications/matrix_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def jacobi_sweep(mask, row, x, y, b, LOOP, col, k, values, drop, omega, largest_change):
    #| one of
    if mask[row] == 0:
        #? fixed rows
        y[row] = x[row]
        return
    #| or
    #| end
    pivot = float(0.0)
    row_sum = b[row]
    for _ in LOOP:
        if col == row:
            pivot = values[k]
        else:
            row_sum -= values[k] * x[col]
    # a row without a diagonal stays unchanged
    #| one of
    if wp.abs(pivot) < drop:
        y[row] = x[row]
        return
    y[row] = either(row_sum / pivot, x[row] + omega * (row_sum / pivot - x[row]))
    #| or
    new = x[row]
    if wp.abs(pivot) >= drop:
        new = either(row_sum / pivot, x[row] + omega * (row_sum / pivot - x[row]), (1.0 - omega) * x[row] + omega * row_sum / pivot)
    y[row] = new
    #| one of
    wp.atomic_max(largest_change, 0, wp.abs(new - x[row]))
    #| or
    #| end
    #| end


def relax_rows(
    b, row, LOOP, col, k, values, x, columns, offsets, row_dot, inv_diag_in, omega, y, change_out, max_step,
    clamp_symmetric,
):
    #| 0.6
    residual = b[row]
    for _ in LOOP:
        residual -= values[k] * x[col]
    #| else
    residual = b[row] - row_dot(offsets, columns, values, x, row)
    #| end
    #| one of
    y[row] = x[row] + either(omega * inv_diag_in[row] * residual, inv_diag_in[row] * residual)
    #| one of
    # its square, for the test of convergence
    wp.atomic_add(change_out, 0, residual * residual)
    #| or
    #| end
    #| or
    step = omega * inv_diag_in[row] * residual
    #| one of
    if wp.abs(step) > max_step:
        step = wp.sign(step) * max_step
    #| or
    step = clamp_symmetric(step, max_step)
    #| or
    step = clamp_symmetric(step, max_step)
    #| end
    y[row] = x[row] + step
    #| end


def l1_jacobi(b, row, LOOP, col, k, values, x, y, drop):
    residual = b[row]
    row_sum = float(0.0)
    for _ in LOOP:
        residual -= values[k] * x[col]
        row_sum += wp.abs(values[k])
    #| one of
    y[row] = x[row]
    if row_sum > drop:
        y[row] = x[row] + residual / row_sum
    #| or
    y[row] = x[row] + residual / wp.max(row_sum, drop)
    #| end


def chebyshev_step(b, row, LOOP, col, k, values, x, columns, offsets, row_dot, alpha, beta, direction, inv_diag_in, y):
    #| 0.6
    residual = b[row]
    for _ in LOOP:
        residual -= values[k] * x[col]
    #| else
    residual = b[row] - row_dot(offsets, columns, values, x, row)
    #| end
    #| one of
    step = beta * direction[row] + alpha * inv_diag_in[row] * residual
    direction[row] = step
    y[row] = x[row] + step
    #| or
    direction[row] = beta * direction[row] + alpha * inv_diag_in[row] * residual
    y[row] = x[row] + direction[row]
    #| end


def projected_jacobi(
    b, row, LOOP, col, k, values, x, columns, offsets, row_dot, inv_diag_in, omega, lower_bound, upper_bound, limited,
    num_weak, y, largest_change,
):
    #| 0.6
    residual = b[row]
    for _ in LOOP:
        residual -= values[k] * x[col]
    #| else
    residual = b[row] - row_dot(offsets, columns, values, x, row)
    #| end
    new = x[row] + omega * inv_diag_in[row] * residual
    #| one of
    new = wp.max(new, 0.0)
    #| or
    new = wp.clamp(new, lower_bound[row], upper_bound[row])
    #| or
    if limited[row] == 1:
        if new < lower_bound[row]:
            new = lower_bound[row]
        elif new > upper_bound[row]:
            new = upper_bound[row]
        #| 0.5
        if new == x[row]:
            wp.atomic_add(num_weak, 0, 1)
        #| end
    #| or
    if limited[row] == 1:
        new = wp.max(new, 0.0)
    #| end
    y[row] = new
    #| one of
    wp.atomic_max(largest_change, 0, wp.abs(new - x[row]))
    #| or
    #| end
