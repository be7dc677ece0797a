"""Bodies of table_value for ``recipes/applications/rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def table_value(tid, valid, fallback, value, knots_query, knots, payload, num_knots):
    #| 0.15
    if valid[tid] == 0:
        value[tid] = either(0.0, fallback)
        return
    #| end
    key = knots_query[tid]
    #| one of
    # clamped outside of the table
    #| one of
    if key <= knots[0]:
        value[tid] = payload[0]
        return
    if key >= knots[num_knots - 1]:
        value[tid] = payload[num_knots - 1]
        return
    #| or
    if key < knots[0] or key > knots[num_knots - 1]:
        value[tid] = fallback
        return
    #| end
    lo = int(0)
    hi = int(num_knots - 1)
    while either(hi - lo > 1, lo + 1 < hi):
        mid = either((lo + hi) // 2, lo + (hi - lo) // 2)
        #| one of
        if knots[mid] <= key:
            lo = mid
        else:
            hi = mid
        #| or
        if knots[mid] > key:
            hi = mid
        else:
            lo = mid
        #| end
    #| or
    key = wp.clamp(key, knots[0], knots[num_knots - 1])
    lo = int(0)
    hi = int(num_knots - 1)
    while hi - lo > 1:
        mid = either((lo + hi) // 2, lo + (hi - lo) // 2)
        if either(knots[mid] <= key, key >= knots[mid]):
            lo = mid
        else:
            hi = mid
    #| end
    #| one of
    t = (key - knots[lo]) / (knots[hi] - knots[lo])
    value[tid] = either(payload[lo] + t * (payload[hi] - payload[lo]), (1.0 - t) * payload[lo] + t * payload[hi], wp.lerp(payload[lo], payload[hi], t))
    #| or
    slope = (payload[hi] - payload[lo]) / (knots[hi] - knots[lo])
    value[tid] = payload[lo] + slope * (key - knots[lo])
    #| or
    # the nearer of the two knots
    if key - knots[lo] < knots[hi] - key:
        value[tid] = payload[lo]
    else:
        value[tid] = payload[hi]
    #| end
