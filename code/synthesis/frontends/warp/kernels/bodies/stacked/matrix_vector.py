"""Bodies of matrix_vector for ``recipes/applications/stacked.py``."""

import warp as wp


def matrix_vector(ROWS, problem_mio, wid, ncts, A, p, row, vio, eta, y, pAp):
    ROWS
    mio = problem_mio[wid]
    value = float(0.0)
    #| one of
    for col in range(ncts):
        value += A[mio + row * ncts + col] * p[vio + col]
    #| or
    m_i = mio + ncts * row
    for col in range(ncts):
        value += A[m_i + col] * p[vio + col]
    #| or
    #? only the lower half of a symmetric matrix is stored
    for col in range(row + 1):
        value += A[mio + row * ncts + col] * p[vio + col]
    for col in range(row + 1, ncts):
        value += A[mio + col * ncts + row] * p[vio + col]
    #| end
    #| 0.4
    # regularized on its diagonal
    value += eta[wid] * p[vio + row]
    #| end
    y[vio + row] = value
    #| 0.4
    wp.atomic_add(pAp, wid, p[vio + row] * value)
    #| end
