"""Bodies of moving_ancestor for ``recipes/applications/multibody.py``."""

import warp as wp


def moving_ancestor(w, world_active, b, nodes, is_welded, mover, xipos, xpos, mass, mass_sum, moment_sum):
    #| 0.4
    if not world_active[w]:
        return
    #| end
    #? the nearest body above that may move
    a = int(nodes[b])
    while a >= 0 and is_welded[a]:
        a = nodes[a]
    mover[w, b] = a
    #? movable bodies keep their mass
    if a >= 0 and is_welded[b]:
        arm = xipos[w, b] - xpos[w, a]
        wp.atomic_add(mass_sum, w, a, mass[b])
        wp.atomic_add(moment_sum, w, a, mass[b] * arm)
