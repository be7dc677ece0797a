"""Bodies of tile_cholesky_solve_inplace for ``recipes/tile_algebra.py``."""

import warp as wp


def tile_cholesky_solve_inplace(A, c, y):
    L = wp.tile_cholesky(A)
    z = y * c
    wp.tile_cholesky_solve_inplace(L, z)
    x = z + y
