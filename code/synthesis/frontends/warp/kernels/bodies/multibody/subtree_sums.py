"""Bodies of subtree_sums for ``recipes/applications/multibody.py``."""

import warp as wp


def subtree_sums(w, world_active, b, mass, min_mass, sleeping, counts, xipos, mass_sum, moment_sum, nodes):
    #| 0.4
    if not world_active[w]:
        return
    #| end
    #| one of
    #| one of
    if mass[b] < min_mass or sleeping[w, b] == 1:
    #| or
    #: if mass[b] < min_mass :
    #| end
        return
    #| or
    if sleeping[w, b] == 1 or not counts[b]:
        return
    #| or
    #| end
    moment = mass[b] * xipos[w, b]
    a = int(b)
    # itself and its ancestors
    while a >= 0:
        wp.atomic_add(mass_sum, w, a, mass[b])
        wp.atomic_add(moment_sum, w, a, moment)
        a = nodes[a]
