"""Bodies of range_ends for ``recipes/applications/transfers.py``."""

import warp as wp


def range_ends(ascending, tid, range_first, range_last, num_keys, num_runs):
    key = ascending[tid]
    #| one of
    if tid == 0:
        range_first[key] = 0
    else:
        before = ascending[tid - 1]
        if before != key:
            # the previous cell ends where this one begins
            range_first[key] = tid
            range_last[before] = tid
    if tid == num_keys - 1:
        range_last[key] = num_keys
    #| or
    #? each thread looks to both sides
    if tid == 0 or ascending[tid - 1] != key:
        range_first[key] = tid
    if tid == num_keys - 1 or ascending[tid + 1] != key:
        range_last[key] = tid + 1
        #| one of
        wp.atomic_add(num_runs, 0, 1)
        #| or
        #| end
    #| end
