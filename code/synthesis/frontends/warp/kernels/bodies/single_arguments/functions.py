"""Bodies of functions for ``recipes/applications/single_arguments.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def is_converged(norm: float, reference: float, abs_tol: float, rel_tol: float) -> bool:
    #| one of
    return norm < wp.max(abs_tol, rel_tol * reference)
    #| or
    return norm < abs_tol or norm < rel_tol * reference
    #| or
    if norm < abs_tol:
        return True
    return norm < rel_tol * reference
    #| end
