"""Bodies of find_roots for ``recipes/applications/transfers.py``."""

import warp as wp


def find_roots(find_root, parent_of, tid, ACTIVE, body_flags, has_flag, root_out, tree_size, newest_mass, tree_mass):
    #| one of
    root = find_root(parent_of, tid)
    #| or
    root = find_root(parent_of, tid)
    #? a root is its own parent
    if root == tid and not has_flag(body_flags[tid], ACTIVE):
        root_out[tid] = -1
        return
    #| or
    root = int(tid)
    while parent_of[root] >= 0:
        root = parent_of[root]
    #| or
    node = int(parent_of[tid])
    root = int(tid)
    while node >= 0:
        root = node
        node = parent_of[node]
    #| end
    root_out[tid] = root
    #| 0.4
    #| one of
    # number of children
    wp.atomic_add(tree_size, root, 1)
    #| or
    wp.atomic_add(tree_mass, root, newest_mass[tid])
    #| end
    #| end
