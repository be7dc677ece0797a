"""Bodies of copy_strided for ``recipes/applications/transfers.py``."""

from synthesis.drawing.kernel_files.words import either


def copy_strided(num_threads, src, tid, total, dst, dst_rate, src_rate, ids, fill, ids_out, offset):
    #| one of
    # grid-stride loop
    for k in range(tid, either(total, src.shape[0]), num_threads):
        dst[k] = src[k]
        #| 0.5
        dst_rate[k] = src_rate[k]
        #| end
    #| or
    for k in range(tid, either(total, ids.shape[0]), num_threads):
        at = ids[k]
        #| one of
        # entries without a source get the default value
        if at < 0:
            dst[k] = either(0.0, fill)
            continue
        dst[k] = src[at]
        #| or
        if at >= 0:
            dst[k] = src[at]
            #| 0.4
            dst_rate[k] = src_rate[at]
            #| end
        else:
            dst[k] = either(0.0, fill)
            #| 0.4
            dst_rate[k] = 0.0
            #| end
        #| end
    #| or
    # -1 stays unchanged
    for k in range(tid, either(total, ids.shape[0]), num_threads):
        if ids[k] >= 0:
            ids_out[k] = ids[k] + offset
        else:
            ids_out[k] = -1
    #| end
