"""Bodies of world_slots for ``recipes/applications/list_slots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def world_slots(
    SKIP, tid, world_of, num_global, global_items, counts, capacity, room, items_of, value, values_of, dropped,
):
    if SKIP:
        return
    wid = world_of[tid]
    #| one of
    # -1 belongs to all worlds, and is kept apart
    #| one of
    if wid < 0:
    #| or
    #: if wid == -1:
    #| end
        slot = wp.atomic_add(num_global, 0, 1)
        if slot < global_items.shape[0]:
            global_items[slot] = tid
        return
    #| or
    #| one of
    if wid < 0:
    #| or
    #: if wid == -1:
    #| end
        return
    #| end
    slot = wp.atomic_add(counts, wid, 1)
    #| one of
    if slot < either(room, capacity):
        items_of[wid, slot] = tid
        #| 0.4
        values_of[wid, slot] = value[tid]
        #| end
    else:
        # the list must be enlarged
        wp.atomic_add(dropped, wid, 1)
    #| or
    # more than there is room for
    if slot >= either(room, capacity):
        #| one of
        wp.atomic_add(dropped, wid, 1)
        return
        #| or
        return
        #| end
    items_of[wid, slot] = tid
    #| 0.4
    values_of[wid, slot] = value[tid]
    #| end
    #| end
