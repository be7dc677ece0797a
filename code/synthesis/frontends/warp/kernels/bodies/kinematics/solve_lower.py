"""Bodies of solve_lower for ``recipes/applications/kinematics.py``."""


def solve_lower(SIZE, env, y, L, L_diag):
    # L y = b
    for i in range(SIZE):
        total = y[env, i]
        for k in range(i):
            total -= L[env, i, k] * y[env, k]
        y[env, i] = total / L_diag[env, i]
    # and then L^T x = y, from the last row to the first
    #| one of
    for back in range(SIZE):
        i = SIZE - 1 - back
    #| or
    #: for i in range(SIZE - 1, -1, -1):
    #| end
        total = y[env, i]
        for k in range(i + 1, SIZE):
            total -= L[env, k, i] * y[env, k]
        y[env, i] = total / L_diag[env, i]
