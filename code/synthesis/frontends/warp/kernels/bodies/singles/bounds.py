"""Bodies of bounds for ``recipes/applications/singles.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def bounds(block_lower, block_upper, num_blocks):
    #| one of
    lo = block_lower[0]
    hi = block_upper[0]
    for k in range(1, either(num_blocks, block_lower.shape[0])):
    #| or
    #: lo = wp.vec3(HUGE, HUGE, HUGE)
    #: hi = wp.vec3(-HUGE, -HUGE, -HUGE)
    #: for k in range(either(num_blocks, block_lower.shape[0])):
    #| end
        lo = wp.min(lo, block_lower[k])
        hi = wp.max(hi, block_upper[k])
