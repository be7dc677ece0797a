"""Bodies of cell_ranges for ``recipes/applications/transfers.py``."""

import warp as wp


def cell_ranges(ascending, lower_bound, num_keys, tid, range_start, range_end, range_count, num_runs, longest):
    #? keys are sorted, so those of a cell are adjacent
    first = lower_bound(ascending, num_keys, tid)
    #| one of
    last = lower_bound(ascending, num_keys, tid + 1)
    range_start[tid] = first
    #| one of
    range_end[tid] = last
    #| or
    range_count[tid] = last - first
    #| end
    #| one of
    if last > first:
        #| one of
        wp.atomic_add(num_runs, 0, 1)
        #| or
        wp.atomic_max(longest, 0, last - first)
        #| end
    #| or
    #| end
    #| or
    if first == num_keys or ascending[first] != tid:
        #? nothing in this cell
        range_start[tid] = -1
        range_count[tid] = 0
        return
    range_start[tid] = first
    range_count[tid] = lower_bound(ascending, num_keys, tid + 1) - first
    #| end
