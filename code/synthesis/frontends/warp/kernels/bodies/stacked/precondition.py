"""Bodies of precondition for ``recipes/applications/stacked.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def precondition(ROWS, problem_mio, wid, problem_nl, A, ncts, row, P_out, eta, vio, min_diagonal):
    ROWS
    mio = problem_mio[wid]
    #| one of
    # three rows of a contact have one scale
    nl = problem_nl[wid]
    D_ii = A[mio + row * ncts + row]
    if row >= nl:
        first = nl + 3 * ((row - nl) // 3)
        D_ii = A[mio + first * ncts + first]
    #| one of
    P_out[vio + row] = wp.sqrt(1.0 / (wp.abs(D_ii) + eta[wid]))
    #| or
    P_out[vio + row] = 1.0 / (wp.abs(D_ii) + eta[wid])
    #| end
    #| or
    D_ii = A[mio + (ncts + 1) * row]
    P_out[vio + row] = either(1.0 / D_ii if D_ii > min_diagonal else 1.0, 1.0 / wp.sqrt(wp.abs(D_ii) + eta[wid]), 1.0 / wp.sqrt(wp.max(D_ii, min_diagonal)))
    #| end
