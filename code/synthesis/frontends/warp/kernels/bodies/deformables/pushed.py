"""Bodies of pushed for ``recipes/applications/deformables.py``."""

import warp as wp


def pushed(f, force, i, j, PINNED, flags):
    #| one of
    #| one of
    wp.atomic_add(f, i, -force)
    #| or
    wp.atomic_sub(f, i, force)
    #| end
    wp.atomic_add(f, j, force)
    #| or
    wp.atomic_add(f, i, -force)
    wp.atomic_add(f, j, force)
    #| or
    # pinned particles take no force
    if (flags[i] & PINNED) == 0:
        #| one of
        wp.atomic_add(f, i, -force)
        #| or
        wp.atomic_sub(f, i, force)
        #| end
    if (flags[j] & PINNED) == 0:
        wp.atomic_add(f, j, force)
    #| end
