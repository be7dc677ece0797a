"""Bodies of canonical for ``recipes/applications/shaping.py``."""

from synthesis.drawing.kernel_files.words import either, helper


@helper
def canonical_axis(axis: int, ndim: int) -> int:
    #| 0.5
    """{Counts axes from the front ~ The same axis as a number from zero}."""
    #| end
    if axis < -ndim or axis >= ndim:
        raise ValueError(f'axis {axis} is out of bounds for {ndim} dimensions')
    return either(axis % ndim, axis + ndim if axis < 0 else axis)
