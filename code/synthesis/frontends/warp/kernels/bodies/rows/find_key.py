"""Bodies of find_key for ``recipes/applications/rows.py``."""

from synthesis.drawing.kernel_files.words import either


def find_key(tid, valid, place, queries, FIRST, PAST, table, ids):
    #| 0.15
    if valid[tid] == 0:
        place[tid] = -1
        return
    #| end
    key = queries[tid]
    lo = int(FIRST)
    hi = int(PAST) - 1
    found = int(-1)
    while lo <= hi:
        mid = either((lo + hi) // 2, lo + (hi - lo) // 2)
        #| one of
        if table[mid] == key:
            found = mid
            break
        elif table[mid] < key:
            lo = mid + 1
        else:
            hi = mid - 1
        #| or
        if table[mid] == key:
            found = mid
            break
        if table[mid] < key:
            lo = mid + 1
        else:
            hi = mid - 1
        #| end
    #| one of
    place[tid] = found
    #| or
    #| one of
    if found >= 0:
        place[tid] = ids[found]
    else:
        place[tid] = -1
    #| or
    place[tid] = ids[found] if found >= 0 else -1
    #| end
    #| or
    if found == -1:
        place[tid] = -1
        return
    place[tid] = either(found, ids[found])
    #| end
