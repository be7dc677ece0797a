"""Bodies of voxel_occupied for ``recipes/applications/volume_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def remove_islands(i, j, k, labels, EMPTY, label_out, least):
    label = either(wp.volume_lookup_i(labels, i, j, k), wp.volume_lookup(labels, i, j, k, dtype=int))
    count = int(0)
    for di in range(-1, 2):
        for dj in range(-1, 2):
            for dk in range(-1, 2):
                if wp.volume_lookup_i(labels, i + di, j + dj, k + dk) == label:
                    count += 1
    #? too few around are of the same kind
    #| one of
    label_out[i, j, k] = label if count > least else EMPTY
    #| or
    if count > least:
        label_out[i, j, k] = label
    else:
        label_out[i, j, k] = EMPTY
    #| end


def count_interface_faces(i, j, k, labels, boundary):
    label = wp.volume_lookup_i(labels, i, j, k)
    faces = int(0)
    for side in range(-1, 2, 2):
        if wp.volume_lookup_i(labels, i + side, j, k) != label:
            faces += 1
        if wp.volume_lookup_i(labels, i, j + side, k) != label:
            faces += 1
        if wp.volume_lookup_i(labels, i, j, k + side) != label:
            faces += 1
    boundary[i, j, k] = faces


def voxel_occupancy(i, j, k, labels, EMPTY, occupied, num_active):
    label = either(wp.volume_lookup_i(labels, i, j, k), wp.volume_lookup(labels, i, j, k, dtype=int))
    #| one of
    if label != EMPTY:
        occupied[i, j, k] = 1
        wp.atomic_add(num_active, 0, 1)
    else:
        occupied[i, j, k] = 0
    #| or
    occupied[i, j, k] = 0 if label == EMPTY else 1
    #| end
