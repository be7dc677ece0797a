"""Bodies of list_slots for ``recipes/applications/events.py``."""

import warp as wp


def list_slots(SKIP, count, list_capacity, line, tid, line_value, value, skipped, place_of):
    #| one of
    if SKIP:
        return
    slot = wp.atomic_add(count, 0, 1)
    #| one of
    # a full list takes no more
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
    # what is kept, and what is not, from the two ends
    if SKIP:
        slot = wp.atomic_add(skipped, 0, 1)
        line[line.shape[0] - 1 - slot] = tid
    else:
        slot = wp.atomic_add(count, 0, 1)
        line[slot] = tid
    #| or
    # where each has gone; -1 is nowhere
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
