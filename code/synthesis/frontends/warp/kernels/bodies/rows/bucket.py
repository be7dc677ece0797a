"""Bodies of bucket for ``recipes/applications/rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def bucket(tid, valid, queries, PAST, table, num_outside, WHOLE, lo, hits, bin_sum, weight):
    #| 0.15
    if valid[tid] == 0:
        return
    #| end
    key = queries[tid]
    #| one of
    #? outside of all bins
    if key < table[0] or key > table[PAST - 1]:
        #| 0.25
        wp.atomic_add(num_outside, 0, 1)
        #| end
        return
    WHOLE
    #? the last bin has both of its edges
    bucket = wp.min(lo - 1, PAST - 2)
    wp.atomic_add(hits, bucket, 1)
    #| 0.15
    wp.atomic_add(bin_sum, bucket, weight[tid])
    #| end
    #| or
    WHOLE
    #? values outside are clamped to the end bins
    bucket = either(wp.clamp(lo - 1, 0, PAST - 2), wp.max(wp.min(lo - 1, PAST - 2), 0))
    wp.atomic_add(hits, bucket, 1)
    #| 0.15
    wp.atomic_add(bin_sum, bucket, weight[tid])
    #| end
    #| end
