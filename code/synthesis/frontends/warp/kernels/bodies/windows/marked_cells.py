"""Bodies of marked_cells for ``recipes/applications/windows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def dilate_cells(LABEL_OCCUPIED, i, j, k, label, label_out, reach, OUTSIDE, AT, LABEL_INFLATED, DX, DY, DZ):
    if label[i, j, k] == LABEL_OCCUPIED:
        label_out[i, j, k] = LABEL_OCCUPIED
        return
    #| one of
    near = int(0)
    for di in range(-reach[0], reach[0] + 1):
        for dj in range(-reach[1], reach[1] + 1):
            for dk in range(-reach[2], reach[2] + 1):
                cell = wp.vec3i(i + di, j + dj, k + dk)
                if OUTSIDE:
                    continue
                if label[AT] == LABEL_OCCUPIED:
                    near += 1
    label_out[i, j, k] = LABEL_INFLATED if near > 0 else label[i, j, k]
    #| or
    first = wp.vec3i(wp.max(i - reach[0], 0), wp.max(j - reach[1], 0), wp.max(k - reach[2], 0))
    last = wp.vec3i(wp.min(i + reach[0], DX - 1), wp.min(j + reach[1], DY - 1), wp.min(k + reach[2], DZ - 1))
    for ni in range(first[0], last[0] + 1):
        for nj in range(first[1], last[1] + 1):
            for nk in range(first[2], last[2] + 1):
                if label[ni, nj, nk] == LABEL_OCCUPIED:
                    label_out[i, j, k] = LABEL_INFLATED
                    return
    label_out[i, j, k] = label[i, j, k]
    #| end


def propagate_labels(component, i, j, k, component_out, LABEL_OCCUPIED, label, NEIGHBORS, AT, num_changed):
    own = component[i, j, k]
    #| one of
    if own < 0:
        component_out[i, j, k] = -1
        return
    #| or
    if label[i, j, k] != LABEL_OCCUPIED:
        component_out[i, j, k] = -1
        return
    #| end
    least = int(own)
    for _ in NEIGHBORS:
            other = component[AT]
            if other >= 0 and other < least:
                least = other
    component_out[i, j, k] = least
    if least != own:
        wp.atomic_add(num_changed, 0, 1)


def find_frontier_cells(
    frontier, i, j, k, LABEL_FREE, label, NEIGHBORS, AT, LABEL_UNKNOWN, LABEL_OCCUPIED, num_frontier, frontier_cells,
):
    #| one of
    frontier[i, j, k] = 0
    if label[i, j, k] != LABEL_FREE:
        return
    #| or
    if label[i, j, k] != LABEL_FREE:
        frontier[i, j, k] = 0
        return
    #| end
    num_unknown = int(0)
    num_occupied = int(0)
    for _ in NEIGHBORS:
            if label[AT] == LABEL_UNKNOWN:
                num_unknown += 1
            elif label[AT] == LABEL_OCCUPIED:
                num_occupied += 1
    #| one of
    if num_unknown > 0 and num_occupied == 0:
    #| or
    #: if num_unknown >= min_unknown and num_occupied == 0:
    #| or
    #: if num_unknown > num_occupied:
    #| end
        frontier[i, j, k] = 1
        #| 0.6
        slot = wp.atomic_add(num_frontier, 0, 1)
        if slot < frontier_cells.shape[0]:
            frontier_cells[slot] = wp.vec3i(i, j, k)
        #| else
        wp.atomic_add(num_frontier, 0, 1)
        #| end
    #| one of
    #| or
    else:
        frontier[i, j, k] = 0
    #| end


def update_occupancy(
    i, j, k, num_hits, num_passes, min_seen, hit_gain, log_odds, miss_loss, max_odds, LABEL_OCCUPIED, label_out,
    LABEL_FREE, seen_io, frame, last_frame,
):
    #| one of
    if num_hits[i, j, k] == 0 and num_passes[i, j, k] == 0:
        return
    #| or
    if num_hits[i, j, k] + num_passes[i, j, k] < min_seen:
        return
    #| end
    #| one of
    log_odds[i, j, k] += hit_gain * float(num_hits[i, j, k]) - miss_loss * float(num_passes[i, j, k])
    #| or
    # a hit has more weight than a miss
    if num_hits[i, j, k] > 0:
        log_odds[i, j, k] += hit_gain
    else:
        log_odds[i, j, k] -= miss_loss
    #| end
    #| one of
    value = log_odds[i, j, k]
    if value > max_odds:
        log_odds[i, j, k] = max_odds
    elif value < -max_odds:
        log_odds[i, j, k] = -max_odds
    #| or
    log_odds[i, j, k] = wp.clamp(log_odds[i, j, k], -max_odds, max_odds)
    #| end
    #| 0.7
    if log_odds[i, j, k] > 0.0:
        label_out[i, j, k] = LABEL_OCCUPIED
    else:
        label_out[i, j, k] = LABEL_FREE
    #| end
    #| 0.6
    seen_io[i, j, k] += num_hits[i, j, k] + num_passes[i, j, k]
    #| end
    #| 0.4
    last_frame[i, j, k] = frame
    #| end


def step_automaton(AROUND, AT, alive, i, j, k, survive_max, survive_min, born_at, alive_out, age):
    num = int(0)
    for _ in AROUND:
            #| one of
            if alive[AT] != 0:
                num += 1
            #| or
            num += alive[AT]
            #| end
    #| one of
    lives = int(0)
    if alive[i, j, k] != 0:
        #| one of
        if num >= survive_min and num <= survive_max:
            lives = 1
        #| or
        lives = 1 if num >= survive_min and num <= survive_max else 0
        #| end
    elif num == born_at:
        lives = 1
    alive_out[i, j, k] = lives
    #| 0.5
    age[i, j, k] = age[i, j, k] + 1 if lives == 1 else 0
    #| end
    #| or
    if alive[i, j, k] != 0:
        if num < survive_min or num > survive_max:
            alive_out[i, j, k] = 0
            #| one of
            age[i, j, k] = 0
            #| or
            #| end
        else:
            alive_out[i, j, k] = 1
            #| one of
            age[i, j, k] = age[i, j, k] + 1
            #| or
            #| end
    else:
        alive_out[i, j, k] = 1 if num == born_at else 0
    #| end


def grow_cave(AROUND, AT, alive, birth_limit, alive_out, i, j, k, death_limit, num_changed):
    num = int(0)
    for _ in AROUND:
            #| one of
            if alive[AT] != 0:
                num += 1
            #| or
            num += alive[AT]
            #| end
    #? majority of the neighbours
    #| one of
    if num > birth_limit:
        alive_out[i, j, k] = 1
    elif num < death_limit:
        alive_out[i, j, k] = 0
    else:
        alive_out[i, j, k] = alive[i, j, k]
    #| or
    solid = alive[i, j, k]
    if num > birth_limit:
        solid = 1
    elif num < death_limit:
        solid = 0
    alive_out[i, j, k] = solid
    #| 0.6
    # it is done when no cell changes any more
    if solid != alive[i, j, k]:
        wp.atomic_add(num_changed, 0, 1)
    #| end
    #| end


def list_surface_faces(
    LABEL_OCCUPIED, i, j, k, label, face_mask, dims, in_bounds, closed_border, AT, face_start, num_faces,
):
    if label[i, j, k] != LABEL_OCCUPIED:
        #| 0.5
        face_mask[i, j, k] = 0
        #| end
        return
    mask = int(0)
    num = int(0)
    for axis in range(3):
        for side in range(2):
            cell = wp.vec3i(i, j, k)
            cell[axis] += 2 * side - 1
            #? points outside cover nothing
            covered = int(0)
            if not in_bounds(cell, dims):
                covered = either(0, closed_border)
            elif label[AT] == LABEL_OCCUPIED:
                covered = 1
            if covered == 0:
                mask = mask | (1 << (2 * axis + side))
                num += 1
    face_mask[i, j, k] = mask
    if num > 0:
        #| one of
        face_start[i, j, k] = wp.atomic_add(num_faces, 0, num)
        #| or
        wp.atomic_add(num_faces, 0, num)
        #| end
