"""Bodies of csr_bandwidth for ``recipes/applications/matrix_rows.py``."""

import warp as wp


def row_bandwidth(row, LOOP, col, width, widest):
    #| one of
    first = int(row)
    far = int(row)
    for _ in LOOP:
        #| one of
        first = wp.min(first, col)
        far = wp.max(far, col)
        #| or
        if col < first:
            first = col
        elif col > far:
            far = col
        #| end
    width[row] = wp.max(row - first, far - row)
    #| one of
    # the whole matrix is as wide as its widest row
    wp.atomic_max(widest, 0, wp.max(row - first, far - row))
    #| or
    #| end
    #| or
    reach = int(0)
    for _ in LOOP:
        reach = wp.max(reach, wp.abs(col - row))
    width[row] = reach
    #| one of
    wp.atomic_max(widest, 0, reach)
    #| or
    #| end
    #| end


def matrix_bandwidth(LOOP, col, row, lower_widest, widest):
    below = int(0)
    above = int(0)
    for _ in LOOP:
        #| one of
        if col < row:
            below = wp.max(below, row - col)
        else:
            above = wp.max(above, col - row)
        #| or
        below = wp.max(below, row - col)
        above = wp.max(above, col - row)
        #| end
    wp.atomic_max(lower_widest, 0, below)
    wp.atomic_max(widest, 0, above)


def row_profile(row, LOOP, col, height, profile):
    #? skyline height of the row
    first = int(row)
    for _ in LOOP:
        #| one of
        first = wp.min(first, col)
        #| or
        if col < first:
            first = col
        #| end
    #| one of
    height[row] = row - first+ 1
    #| or
    height[row] = row - first
    #| end
    #| one of
    wp.atomic_add(profile, 0, row - first)
    #| or
    #| end
