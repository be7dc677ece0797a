"""Bodies of machine_functions for ``recipes/applications/events.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def has_reached(p: wp.vec3, target: wp.vec3, tolerance: float) -> bool:
    #| one of
    return wp.length(target - p) < tolerance
    #| or
    d = target - p
    return wp.dot(d, d) < tolerance * tolerance
    #| or
    for k in range(3):
        if wp.abs(target[k] - p[k]) > tolerance:
            return False
    return True
    #| end


@helper
def orifice_flow(coefficient: float, inlet: float, outlet: float) -> float:
    #| one of
    if inlet <= outlet:
        return 0.0
    return coefficient * wp.sqrt(inlet - outlet)
    #| or
    return coefficient * wp.sqrt(wp.max(inlet - outlet, 0.0))
    #| or
    #? in both directions
    drop = inlet - outlet
    return coefficient * wp.sign(drop) * wp.sqrt(wp.abs(drop))
    #| end


@helper
def has_fallen(height: float, tilt: float, min_height: float, max_tilt: float) -> bool:
    #| one of
    return height < min_height or tilt > max_tilt
    #| or
    if height < min_height:
        return True
    return tilt > max_tilt
    #| end
