"""Bodies of copy_rows for ``recipes/applications/transfers.py``."""


def copy_rows(enabled, tid, count, dst, row_start, src, src_start, ids, ids_out, offset):
    #| 0.2
    if not enabled[tid]:
        return
    #| end
    #| one of
    #| one of
    for k in range(count):
        dst[row_start[tid] + k] = src[src_start[tid] + k]
    #| or
    to_start = row_start[tid]
    from_start = src_start[tid]
    for k in range(count):
        dst[to_start + k] = src[from_start + k]
    #| end
    #| or
    to_start = row_start[tid]
    from_start = src_start[tid]
    for k in range(count):
        #| one of
        ids_out[to_start + k] = ids[from_start + k] + offset if ids[from_start + k] >= 0 else -1
        #| or
        old = ids[from_start + k]
        # -1 stays unchanged
        if old >= 0:
            ids_out[to_start + k] = old + offset
        else:
            ids_out[to_start + k] = -1
        #| end
        #| one of
        dst[to_start + k] = src[from_start + k]
        #| or
        #| end
    #| end
