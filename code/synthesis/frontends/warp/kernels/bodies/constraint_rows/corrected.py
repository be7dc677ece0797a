"""Bodies of corrected for ``recipes/applications/constraint_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def corrected(delta, dlambda, g0, i, w0, g1, j, w1, g2, k, w2, g3, l, w3):
    wp.atomic_add(delta, i, either(w0 * dlambda * g0, g0 * (w0 * dlambda)))
    wp.atomic_add(delta, j, either(w1 * dlambda * g1, g1 * (w1 * dlambda)))
    wp.atomic_add(delta, k, either(w2 * dlambda * g2, g2 * (w2 * dlambda)))
    wp.atomic_add(delta, l, either(w3 * dlambda * g3, g3 * (w3 * dlambda)))
