"""Bodies of csr_row_norm for ``recipes/applications/matrix_rows.py``."""

import warp as wp


def csr_row_scale(ENTRIES, k, values, drop, safe_inverse, row, y, rhs_io, scaled_values):
    #| one of
    row_sum = float(0.0)
    for _ in ENTRIES:
        #| one of
        row_sum += wp.abs(values[k])
        #| or
        row_sum = wp.max(row_sum, wp.abs(values[k]))
        #| end
    #| or
    total_sq = float(0.0)
    for _ in ENTRIES:
        total_sq += values[k] * values[k]
    row_sum = wp.sqrt(total_sq)
    #| end
    #| one of
    scale = float(1.0)
    if row_sum > drop:
        scale = 1.0 / row_sum
    #| or
    scale = safe_inverse(row_sum, drop)
    #| or
    scale = 1.0 / wp.max(row_sum, drop)
    #| end
    #| one of
    y[row] = scale
    #| or
    y[row] = scale
    rhs_io[row] *= scale
    #| or
    for _ in ENTRIES:
        scaled_values[k] = scale * values[k]
    rhs_io[row] *= scale
    #| end


def lump_rows(ENTRIES, k, values, row, y, drop, LOOP, col):
    row_sum = float(0.0)
    #| one of
    for _ in ENTRIES:
        row_sum += values[k]
    #| one of
    y[row] = row_sum
    #| or
    if row_sum > drop:
        y[row] = 1.0 / row_sum
    else:
        y[row] = 0.0
    #| end
    #| or
    pivot = float(0.0)
    for _ in LOOP:
        row_sum += values[k]
        if col == row:
            pivot = values[k]
    #? never less than the diagonal
    y[row] = wp.max(row_sum, pivot)
    #| end


def gershgorin_bounds(LOOP, col, row, k, values, norm_out, low_out, y, z, drop):
    center = float(0.0)
    radius = float(0.0)
    for _ in LOOP:
        if col == row:
            center += values[k]
        else:
            radius += wp.abs(values[k])
    #| one of
    wp.atomic_max(norm_out, 0, center + radius)
    #| one of
    wp.atomic_min(low_out, 0, center - radius)
    #| or
    #| end
    #| or
    y[row] = center + radius
    z[row] = center - radius
    #| or
    #? for the matrix scaled by its diagonal
    if wp.abs(center) > drop:
        wp.atomic_max(norm_out, 0, 1.0 + radius / wp.abs(center))
    #| end
