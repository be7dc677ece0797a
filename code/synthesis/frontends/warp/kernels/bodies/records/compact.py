"""Bodies of compact for ``recipes/applications/records.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def compact(
    alive, is_kept, kind_or_none, threshold, tid, values, wanted_kind, scan, capacity, max_slots, num_dropped,
    items_out, x_list, v_all, v_list,
):
    if either(alive[tid] == 0, alive[tid] == 0, not is_kept(alive[tid], values[tid], threshold), alive[tid] == 0 or values[tid] < threshold, alive[tid] == 0 or kind_or_none[tid] != wanted_kind):
        return
    #? place among those that are kept, by the exclusive scan of the flags
    slot = scan[tid]
    #| one of
    if slot >= either(capacity, max_slots):
        #? counted, so that the list can be enlarged
        wp.atomic_add(num_dropped, 0, 1)
        return
    items_out[slot] = tid
    #| one of
    x_list[slot] = values[tid]
    #| or
    #| end
    #| or
    if slot < either(capacity, max_slots):
        items_out[slot] = tid
        #| 0.5
        x_list[slot] = values[tid]
        #| end
    #| or
    items_out[slot] = tid
    #| one of
    x_list[slot] = values[tid]
    #| or
    x_list[slot] = values[tid]
    v_list[slot] = v_all[tid]
    #| or
    #| end
    #| end
