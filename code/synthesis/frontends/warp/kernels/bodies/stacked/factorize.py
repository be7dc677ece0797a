"""Bodies of factorize for ``recipes/applications/stacked.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def factorize(ncts, status, wid, world_mask, problem_mio, diagonal, vio, factor, min_pivot, pivots_out):
    #| 0.6
    if either(status[wid] != 0, ncts == 0, not world_mask[wid]):
        return
    #| end
    mio = problem_mio[wid]
    num_fixed = int(0)
    for j in range(ncts):
        #? diagonal minus the previous columns
        pivot_j = diagonal[vio + j]
        for k in range(j):
            #| one of
            L_jk = factor[mio + j * ncts + k]
            pivot_j -= L_jk * L_jk
            #| or
            pivot_j -= factor[mio + j * ncts + k] * factor[mio + j * ncts + k]
            #| end
        #? keeps the matrix positive
        if pivot_j < min_pivot:
            pivot_j = min_pivot
            num_fixed += 1
        L_jj = wp.sqrt(pivot_j)
        factor[mio + j * ncts + j] = L_jj
        for i in range(j + 1, ncts):
            value = factor[mio + i * ncts + j]
            for k in range(j):
                value -= factor[mio + i * ncts + k] * factor[mio + j * ncts + k]
            factor[mio + i * ncts + j] = value / L_jj
            #| one of
            # the other half is not needed
            factor[mio + j * ncts + i] = 0.0
            #| or
            #| end
    pivots_out[wid] = num_fixed
