"""Bodies of taken_rows for ``recipes/applications/constraint_rows.py``."""

import warp as wp


def taken_rows(nefc, worldid, njmax, efc_J):
    efcid = wp.atomic_add(nefc, worldid, 1)
    #| one of
    if efcid >= njmax:
        #| 0.4
        wp.printf("world %d: more than %d rows\n", worldid, njmax)
        #| end
        return
    #| or
    if efcid >= efc_J.shape[1]:
        return
    #| end
