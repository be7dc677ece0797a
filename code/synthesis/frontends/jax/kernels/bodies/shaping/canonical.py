"""Bodies of canonical for ``recipes/applications/shaping.py``."""

from synthesis.drawing.kernel_files.words import either, helper


@helper
def canonical_axis(axis: int, ndim: int) -> int:
    #| 0.5
    """{Normalizes negative axes ~ Canonical axis index}."""
    #| end
    if axis < -ndim or axis >= ndim:
        raise ValueError(f'axis {axis} is out of bounds for {ndim} dimensions')
    return either(axis % ndim, axis + ndim if axis < 0 else axis)
