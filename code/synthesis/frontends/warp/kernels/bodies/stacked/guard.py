"""Bodies of guard for ``recipes/applications/stacked.py``."""


def guard(ncts, row, wid, world_mask, status):
    #| one of
    if row >= ncts or not world_mask[wid]:
        return
    #| or
    if not world_mask[wid] or row >= ncts:
        return
    #| or
    if row >= ncts or status[wid] != 0:
        return
    #| or
    if not world_mask[wid]:
        return
    if row >= ncts:
        return
    #| or
    if row >= ncts:
        return
    #| end
