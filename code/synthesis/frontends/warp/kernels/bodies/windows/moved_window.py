"""Bodies of moved_window for ``recipes/applications/windows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def shift_map(
    i, j, k, shift, OUTSIDE, unknown, values_out, seen_out, LABEL_UNKNOWN, label_out, AT, frame, last_seen, max_age,
    num_missing, forget, values, max_seen, seen, label,
):
    #| one of
    cell = wp.vec3i(i, j, k) + shift
    #| or
    cell = wp.vec3i(i + shift[0], j + shift[1], k + shift[2])
    #| end
    if OUTSIDE:
        #? newly visible cells are unknown
        values_out[i, j, k] = either(unknown, 0.0)
        seen_out[i, j, k] = 0
        label_out[i, j, k] = LABEL_UNKNOWN
        return
    #| 0.4
    # too old to be relied on
    if frame - last_seen[AT] > max_age:
        values_out[i, j, k] = either(unknown, 0.0)
        seen_out[i, j, k] = 0
        label_out[i, j, k] = LABEL_UNKNOWN
        #| 0.5
        wp.atomic_add(num_missing, 0, 1)
        #| end
        return
    #| end
    values_out[i, j, k] = either(values[AT], values[AT], forget * values[AT])
    seen_out[i, j, k] = either(seen[AT], wp.min(seen[AT], max_seen), seen[AT])
    label_out[i, j, k] = label[AT]


def extract_brick(
    brick_start, i, j, k, OUTSIDE, brick, unknown, LABEL_UNKNOWN, brick_label, brick_count, dims, AT, min_seen, seen,
    num_missing, value_scale, values, label,
):
    #| one of
    cell = brick_start + wp.vec3i(i, j, k)
    #| or
    cell = wp.vec3i(brick_start[0] + i, brick_start[1] + j, brick_start[2] + k)
    #| end
    #| one of
    if OUTSIDE:
        brick[i, j, k] = unknown
        brick_label[i, j, k] = LABEL_UNKNOWN
        brick_count[i, j, k] = 0
        return
    #| or
    # the nearest cell is used beyond the border
    for axis in range(3):
        #| one of
        cell[axis] = wp.clamp(cell[axis], 0, dims[axis] - 1)
        #| or
        if cell[axis] < 0:
            cell[axis] = 0
        elif cell[axis] >= dims[axis]:
            cell[axis] = dims[axis] - 1
        #| end
    #| end
    #| 0.5
    #? too few rays
    if seen[AT] < min_seen:
        brick[i, j, k] = unknown
        brick_label[i, j, k] = LABEL_UNKNOWN
        brick_count[i, j, k] = seen[AT]
        #| 0.4
        wp.atomic_add(num_missing, 0, 1)
        #| end
        return
    #| end
    brick[i, j, k] = either(values[AT], values[AT], value_scale * values[AT])
    brick_label[i, j, k] = label[AT]
    brick_count[i, j, k] = seen[AT]


def paste_brick(
    brick_seen, i, j, k, brick_start, OUTSIDE, num_outside, AT, MODE_REPLACE, mode, seen_io, brick_in, values_io,
    MODE_MAX, MODE_ADD, max_seen,
):
    # nothing was seen there
    if brick_seen[i, j, k] == 0:
        return
    #| one of
    cell = brick_start + wp.vec3i(i, j, k)
    #| or
    cell = wp.vec3i(brick_start[0] + i, brick_start[1] + j, brick_start[2] + k)
    #| end
    #| one of
    if OUTSIDE:
        #| 0.5
        wp.atomic_add(num_outside, 0, 1)
        #| end
        return
    #| or
    if OUTSIDE:
        return
    #| end
    #| one of
    if mode == MODE_REPLACE or seen_io[AT] == 0:
        values_io[AT] = brick_in[i, j, k]
    elif mode == MODE_MAX:
        values_io[AT] = wp.max(values_io[AT], brick_in[i, j, k])
    #| 0.6
    elif mode == MODE_ADD:
        values_io[AT] += brick_in[i, j, k]
    #| end
    seen_io[AT] += brick_seen[i, j, k]
    #| or
    # mean over all observations
    num_old = seen_io[AT]
    num_new = brick_seen[i, j, k]
    share = float(num_new) / float(num_old + num_new)
    values_io[AT] += share * (brick_in[i, j, k] - values_io[AT])
    seen_io[AT] = either(wp.min(num_old + num_new, max_seen), num_old + num_new)
    #| end


def fill_ghost_cells(
    halo, i, j, k, DX, DY, DZ, BOUNDARY_FIXED, boundary, outside_value, padded, LABEL_UNKNOWN, padded_label,
    BOUNDARY_PERIODIC, dims, periodic, AT, values, label,
):
    #| one of
    cell = wp.vec3i(i - halo, j - halo, k - halo)
    inside = cell[0] >= 0 and cell[1] >= 0 and cell[2] >= 0 and cell[0] < DX and cell[1] < DY and cell[2] < DZ
    if not inside:
        if boundary == BOUNDARY_FIXED:
            padded[i, j, k] = outside_value
            padded_label[i, j, k] = LABEL_UNKNOWN
            return
        for axis in range(3):
            if boundary == BOUNDARY_PERIODIC:
                cell[axis] = (cell[axis] + dims[axis]) % dims[axis]
            else:
                cell[axis] = wp.clamp(cell[axis], 0, dims[axis] - 1)
    #| or
    cell = wp.vec3i(i - halo, j - halo, k - halo)
    for axis in range(3):
        if periodic[axis] != 0:
            cell[axis] = (cell[axis] + dims[axis]) % dims[axis]
        else:
            #? without a gradient at the wall
            cell[axis] = wp.clamp(cell[axis], 0, dims[axis] - 1)
    #| end
    padded[i, j, k] = values[AT]
    padded_label[i, j, k] = label[AT]


def permute_grid_axes(
    i, j, k, axis_order, flipped, dims, LABEL_UNKNOWN, label, unknown, values_out, seen_out, label_out, values, seen,
):
    cell = wp.vec3i(i, j, k)
    #? from the offset along each of its own axes
    src = wp.vec3i(0, 0, 0)
    for axis in range(3):
        #| one of
        at = cell[axis_order[axis]]
        if flipped[axis] != 0:
            at = dims[axis] - 1 - at
        src[axis] = at
        #| or
        src[axis] = cell[axis_order[axis]]
        #| one of
        if flipped[axis] != 0:
        #| or
        #: if flipped[axis] == 1:
        #| end
            src[axis] = dims[axis] - 1 - src[axis]
        #| end
    #| 0.5
    if label[src[0], src[1], src[2]] == LABEL_UNKNOWN:
        values_out[i, j, k] = unknown
        seen_out[i, j, k] = 0
        label_out[i, j, k] = LABEL_UNKNOWN
        return
    #| end
    values_out[i, j, k] = values[src[0], src[1], src[2]]
    label_out[i, j, k] = label[src[0], src[1], src[2]]
    seen_out[i, j, k] = seen[src[0], src[1], src[2]]
