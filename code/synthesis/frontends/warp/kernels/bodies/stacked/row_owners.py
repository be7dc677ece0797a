"""Bodies of row_owners for ``recipes/applications/stacked.py``."""


def row_owners(
    wid, world_mask, problem_nl, problem_nc, row, owner, problem_lio, vio, ROW_LIMIT, row_kind, problem_lcio,
    ROW_FRICTION, ROW_NORMAL,
):
    #| 0.5
    if not world_mask[wid]:
        return
    #| end
    nl = problem_nl[wid]
    nc = problem_nc[wid]
    if row < nl:
        owner[vio + row] = problem_lio[wid] + row
        row_kind[vio + row] = ROW_LIMIT
    elif row < nl + 3 * nc:
        cid = (row - nl) // 3
        owner[vio + row] = problem_lcio[wid] + cid
        #| one of
        row_kind[vio + row] = ROW_NORMAL if (row - nl) % 3 == 2 else ROW_FRICTION
        #| or
        axis = (row - nl) - 3 * cid
        if axis == 2:
            row_kind[vio + row] = ROW_NORMAL
        else:
            row_kind[vio + row] = ROW_FRICTION
        #| end
