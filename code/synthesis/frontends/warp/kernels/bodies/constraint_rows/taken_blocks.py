"""Bodies of taken_blocks for ``recipes/applications/constraint_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def taken_blocks(nefc, nrows, worldid, efc_J, njmax, njmax_needed):
    first = wp.atomic_add(nefc, worldid, nrows)
    # no room for all of its rows
    if first + nrows > either(njmax, efc_J.shape[1]):
        #| 0.4
        wp.atomic_max(njmax_needed, 0, first + nrows)
        #| end
        return
