"""Bodies of csr_blocks for ``recipes/applications/matrix_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def block_gauss_seidel(block_size, tid, mask, b, LOOP, col, k, values, added, x, drop, omega, safe_inverse):
    #? a thread processes the rows of its block in order
    first = tid * block_size
    last = first + block_size
    for row in either(range(first, last), range(last - 1, first - 1, -1), range(last - 1, first - 1, -1)):
        #| 0.4
        if mask[row] == 0:
            continue
        #| end
        pivot = float(0.0)
        total = b[row]
        for _ in LOOP:
            if col == row:
                pivot = values[k]
            #| one of
            elif col >= first and col < last:
                # new values of its own rows, old ones of all others
                total -= values[k] * added[col]
            else:
                total -= values[k] * x[col]
            #| or
            #: elif col < first or col >= last:
            #:     total -= values[k] * x[col]
            #: else:
            #:     total -= values[k] * added[col]
            #| end
        #| one of
        if wp.abs(pivot) > drop:
            added[row] = either(total / pivot, (1.0 - omega) * added[row] + omega * total / pivot)
        #| or
        added[row] = (1.0 - omega) * added[row] + omega * total * safe_inverse(pivot, drop)
        #| end


def block_lower_solve(block_size, tid, b, LOOP, col, k, values, added, drop, safe_inverse, inv_diag_in):
    first = tid * block_size
    last = first + block_size
    #? only entries within the block count
    for row in range(first, last):
        total = b[row]
        #| one of
        pivot = float(1.0)
        for _ in LOOP:
            if col == row:
                pivot = values[k]
            elif col >= first and col < row:
                total -= values[k] * added[col]
        added[row] = total * safe_inverse(pivot, drop)
        #| or
        for _ in LOOP:
            if col < first or col >= row:
                continue
            total -= values[k] * added[col]
        added[row] = either(total * inv_diag_in[row], total)
        #| end


def block_upper_solve(block_size, tid, added, b, LOOP, col, k, values, inv_diag_in):
    first = tid * block_size
    last = first + block_size
    #? from the last row back to the first
    for row in range(last - 1, first - 1, -1):
        total = either(b[row], added[row])
        for _ in LOOP:
            #| one of
            if col > row and col < last:
                total -= values[k] * added[col]
            #| or
            if col <= row or col >= last:
                continue
            total -= values[k] * added[col]
            #| end
        added[row] = either(total * inv_diag_in[row], inv_diag_in[row] * total)
