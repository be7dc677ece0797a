"""Bodies of lower_bound for ``recipes/applications/rows.py``."""

from synthesis.drawing.kernel_files.words import either


def lower_bound(tid, valid, place, queries, SEARCH, lo, PAST, ids):
    #| 0.15
    if valid[tid] == 0:
        place[tid] = -1
        return
    #| end
    key = queries[tid]
    SEARCH
    #| one of
    place[tid] = lo
    #| or
    place[tid] = lo
    #| or
    #| one of
    # beyond the last key
    if lo == PAST:
        place[tid] = -1
        return
    #| or
    if lo >= PAST:
        place[tid] = -1
        return
    #| end
    place[tid] = either(lo, ids[lo])
    #| end
