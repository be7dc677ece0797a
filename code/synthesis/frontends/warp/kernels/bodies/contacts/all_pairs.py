"""Bodies of all_pairs for ``recipes/applications/contacts.py``."""


def broadphase_nxn(tid, num_shapes, SKIPS, TAKE):
    a = int(tid)
    for b in range(a + 1, num_shapes):
        SKIPS
        TAKE


def sweep_and_prune(sorted_ids, tid, num_shapes, lower, upper, boxes_overlap, SKIPS, TAKE):
    a = sorted_ids[tid]
    for k in range(tid + 1, num_shapes):
        b = sorted_ids[k]
        #? sorted by lower bound: all others begin farther on
        if lower[b][0] > upper[a][0]:
            break
        #? they may be separated along the other axes
        #| one of
        if lower[a][1] > upper[b][1] or lower[b][1] > upper[a][1]:
            continue
        if lower[a][2] > upper[b][2] or lower[b][2] > upper[a][2]:
            continue
        #| or
        if not boxes_overlap(lower[a], upper[a], lower[b], upper[b]):
            continue
        #| end
        SKIPS
        TAKE


def collect_cell_pairs(tid, body, COLLIDE_SHAPES, flags, cell_of, cell_start, cell_items, SKIPS, TAKE):
    a = int(tid)
    #| one of
    if body[a] < 0:
        # fixed bodies are skipped
        return
    #| or
    if (flags[a] & COLLIDE_SHAPES) == 0:
        return
    #| or
    #| end
    for k in range(cell_start[cell_of[a]], cell_start[cell_of[a] + 1]):
        b = cell_items[k]
        #? each pair once
        if b <= a:
            continue
        SKIPS
        TAKE
