"""Bodies of renumber for ``recipes/applications/records.py``."""

import warp as wp


def renumber(referred, tid, slot_of, referred_out, use_count, num_lost, remapped, alive):
    old = referred[tid]
    #| one of
    new = int(-1)
    if old >= 0:
        new = slot_of[old]
    referred_out[tid] = new
    #| 0.3
    if new >= 0:
        wp.atomic_add(use_count, new, 1)
    #| end
    #| or
    #? there may be none
    if old < 0:
        referred_out[tid] = -1
    else:
        referred_out[tid] = slot_of[old]
    #| or
    if old < 0:
        referred_out[tid] = -1
        return
    new = slot_of[old]
    referred_out[tid] = new
    #| one of
    # its own entry was removed
    if new < 0:
        wp.atomic_add(num_lost, 0, 1)
    #| or
    #| end
    #| or
    new = remapped(old, slot_of)
    #| one of
    if new < 0 and old >= 0:
        #? its own entry was removed
        wp.atomic_add(num_lost, 0, 1)
    elif new >= 0:
        wp.atomic_add(use_count, new, 1)
    #| or
    if new >= 0:
        wp.atomic_add(use_count, new, 1)
    #| or
    #| end
    referred_out[tid] = new
    #| or
    #? disabled shapes belong to no group
    if alive[tid] == 0 or old < 0:
        referred_out[tid] = -1
    else:
        #| one of
        new = slot_of[old]
        if new < 0:
            wp.atomic_add(num_lost, 0, 1)
        referred_out[tid] = new
        #| or
        referred_out[tid] = slot_of[old]
        #| end
    #| end
