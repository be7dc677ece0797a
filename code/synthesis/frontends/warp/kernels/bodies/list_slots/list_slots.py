"""Bodies of list_slots for ``recipes/applications/list_slots.py``."""

import warp as wp


def list_slots(SKIP, count, list_capacity, line, tid, line_value, value, skipped, place_of):
    #| one of
    if SKIP:
        return
    slot = wp.atomic_add(count, 0, 1)
    #| one of
    # a full list accepts no more entries
    if slot >= list_capacity:
        return
    line[slot] = tid
    #| 0.4
    line_value[slot] = value[tid]
    #| end
    #| or
    if slot < list_capacity:
        line[slot] = tid
        #| 0.4
        line_value[slot] = value[tid]
        #| end
    #| end
    #| or
    # kept entries from the front, others from the back
    if SKIP:
        slot = wp.atomic_add(skipped, 0, 1)
        line[line.shape[0] - 1 - slot] = tid
    else:
        slot = wp.atomic_add(count, 0, 1)
        line[slot] = tid
    #| or
    # new index of each; -1 if removed
    place_of[tid] = -1
    if SKIP:
        return
    slot = wp.atomic_add(count, 0, 1)
    #| one of
    if slot < list_capacity:
        line[slot] = tid
        place_of[tid] = slot
    #| or
    if slot >= list_capacity:
        return
    line[slot] = tid
    place_of[tid] = slot
    #| end
    #| end
