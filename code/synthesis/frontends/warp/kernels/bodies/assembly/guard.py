"""Bodies of guard for ``recipes/applications/assembly.py``."""

import warp as wp


def guard(nefc_in, u, worldid, njmax, efc_rownnz):
    #| one of
    if u >= nefc_in[worldid]:
        return
    #| or
    if u >= wp.min(nefc_in[worldid], njmax):
        return
    #| end
    rownnz = efc_rownnz[worldid, u]
