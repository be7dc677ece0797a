"""Bodies of fan for ``recipes/applications/array_tools.py``."""

import math

from synthesis.drawing.kernel_files.words import helper


@helper
def fan_sizes(shape):
    #| 0.4
    """{Fan-in and fan-out ~ Fan in and fan out of weights}."""
    #| end
    receptive = math.prod(shape[:-2])
    return shape[-2] * receptive, shape[-1] * receptive
