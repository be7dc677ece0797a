"""Bodies of tetrahedron_functions for ``recipes/applications/constraint_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def cofactor(F: wp.mat33) -> wp.mat33:
    f1 = wp.vec3(F[0, 0], F[1, 0], F[2, 0])
    f2 = wp.vec3(F[0, 1], F[1, 1], F[2, 1])
    f3 = wp.vec3(F[0, 2], F[1, 2], F[2, 2])
    return wp.matrix_from_cols(wp.cross(f2, f3), wp.cross(f3, f1), wp.cross(f1, f2))
