"""Bodies of csr_upper_width for ``recipes/applications/matrix_rows.py``."""

import warp as wp


def upper_bandwidth(row, LOOP, col, drop, k, values, width, widest):
    far = int(row)
    for _ in LOOP:
        #| one of
        far = wp.max(far, col)
        #| or
        if col > far:
            far = col
        #| or
        if wp.abs(values[k]) > drop:
            far = wp.max(far, col)
        #| end
    width[row] = far - row
    #| one of
    # the whole matrix is as wide as its widest row
    wp.atomic_max(widest, 0, far - row)
    #| or
    #| end
