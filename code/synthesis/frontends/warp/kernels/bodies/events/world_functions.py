"""Bodies of world_functions for ``recipes/applications/events.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def limit_excess(q: float, lower: float, upper: float) -> float:
    #| one of
    if q < lower:
        return q - lower
    if q > upper:
        return q - upper
    return 0.0
    #| or
    return wp.max(q - upper, 0.0) + wp.min(q - lower, 0.0)
    #| or
    return q - wp.clamp(q, lower, upper)
    #| end


@helper
def huber(x: float) -> float:
    #| one of
    if wp.abs(x) < 1.0:
        return 0.5 * x * x
    return wp.abs(x) - 0.5
    #| or
    return wp.sqrt(1.0 + x * x) - 1.0
    #| or
    a = wp.abs(x)
    return 0.5 * a * a if a < 1.0 else a - 0.5
    #| end
