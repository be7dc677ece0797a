"""Bodies of scale_system for ``recipes/applications/stacked.py``."""


def scale_system(ROWS, P, row, vio, problem_mio, wid, ncts, A, A_out, b, scaled_b):
    ROWS
    P_i = P[vio + row]
    mio = problem_mio[wid]
    for col in range(ncts):
        index = mio + row * ncts + col
        A_out[index] = P_i * A[index] * P[vio + col]
    scaled_b[vio + row] = P_i * b[vio + row]
