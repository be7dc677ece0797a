"""Bodies of csr_pattern for ``recipes/applications/matrix_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def count_kept_entries(LOOP, col, diag_in, drop, k, row, values, count, widest, num_kept):
    num = int(0)
    for _ in LOOP:
        #? small ones are dropped
        if either(col == row or wp.abs(values[k]) > drop, wp.abs(values[k]) > drop * diag_in[row]):
            num += 1
    count[row] = num
    #| one of
    wp.atomic_max(widest, 0, num)
    #| or
    wp.atomic_add(num_kept, 0, num)
    #| or
    #| end


def count_lower_entries(LOOP, col, row, count, upper_count):
    #| one of
    num = int(0)
    for _ in LOOP:
        #| one of
        if col < row:
        #| or
        #: if col <= row:
        #| end
            num += 1
    count[row] = num
    #| or
    num = int(0)
    num_upper = int(0)
    for _ in LOOP:
        if col < row:
            num += 1
        elif col > row:
            num_upper += 1
    count[row] = num
    upper_count[row] = num_upper
    #| end


def count_off_diagonal(LOOP, col, row, count, widest):
    num = int(0)
    for _ in LOOP:
        if col != row:
            num += 1
    count[row] = num
    #? size of the padded form
    wp.atomic_max(widest, 0, num)


def count_halo_entries(LOOP, col, color, row, send_count, count):
    num = int(0)
    for _ in LOOP:
        #? columns owned by another partition
        if color[col] != color[row]:
            num += 1
            #| one of
            wp.atomic_add(send_count, color[col], 1)
            #| or
            #| end
    count[row] = num


def count_strong_neighbors(LOOP, col, row, k, values, AGAIN, columns, drop, count):
    #? strong if large relative to the row maximum
    largest = float(0.0)
    #| one of
    for _ in LOOP:
        if col != row:
            largest = wp.max(largest, wp.abs(values[k]))
    num = int(0)
    for _ in AGAIN:
        if columns[k] != row and wp.abs(values[k]) >= drop * largest:
            num += 1
    #| or
    for _ in LOOP:
        if col != row:
            largest = wp.max(largest, -values[k])
    num = int(0)
    if largest > 0.0:
        for _ in AGAIN:
            if columns[k] != row and -values[k] >= drop * largest:
                num += 1
    #| end
    count[row] = num
