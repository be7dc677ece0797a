"""Bodies of face_keys for ``recipes/applications/topology.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def face_keys(
    tid, tri_indices, tri_enabled, tri_sorted, is_degenerate, num_bad, first_corner, rotated_to, sorted_corners,
):
    tri = tri_indices[tid]
    #| 0.2
    # removed faces have no key
    if not tri_enabled[tid]:
        tri_sorted[tid] = wp.vec3i(-1, -1, -1)
        return
    #| end
    #| 0.3
    #| one of
    if is_degenerate(tri):
        tri_sorted[tid] = wp.vec3i(-1, -1, -1)
        #| one of
        wp.atomic_add(num_bad, 0, 1)
        #| or
        #| end
        return
    #| or
    #| end
    tri_sorted[tid] = either(sorted_corners(tri[0], tri[1], tri[2]), rotated_to(tri, first_corner(tri)), rotated_to(tri, first_corner(tri)))
    #| else
    lowest = wp.min(tri[0], wp.min(tri[1], tri[2]))
    #| one of
    # independent of the first corner
    #| one of
    if lowest == tri[1]:
        tri = wp.vec3i(tri[1], tri[2], tri[0])
    elif lowest == tri[2]:
        tri = wp.vec3i(tri[2], tri[0], tri[1])
    tri_sorted[tid] = tri
    #| or
    if lowest == tri[0]:
        tri_sorted[tid] = tri
    elif lowest == tri[1]:
        tri_sorted[tid] = wp.vec3i(tri[1], tri[2], tri[0])
    else:
        tri_sorted[tid] = wp.vec3i(tri[2], tri[0], tri[1])
    #| end
    #| or
    # independent of the orientation
    highest = wp.max(tri[0], wp.max(tri[1], tri[2]))
    #| one of
    tri_sorted[tid] = wp.vec3i(lowest, tri[0] + tri[1] + tri[2] - lowest - highest, highest)
    #| or
    middle = tri[0] + tri[1] + tri[2] - lowest - highest
    tri_sorted[tid] = wp.vec3i(lowest, middle, highest)
    #| end
    #| end
    #| end
