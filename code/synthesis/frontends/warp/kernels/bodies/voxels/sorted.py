"""Bodies of sorted for ``recipes/applications/voxels.py``."""

import warp as wp


def pick_cell_points(offsets, tid, cell_length, cell_pick, voxel, GRID, HUGE, order, point_mask, points):
    start = offsets[tid]
    count = cell_length[tid]
    #| 0.4
    if count == 0:
        cell_pick[tid] = -1
        return
    #| end
    #? the center of the cell
    middle = voxel * wp.vec3(
        float(tid // (GRID * GRID)) + 0.5, float((tid // GRID) % GRID) + 0.5, float(tid % GRID) + 0.5)
    best = float(HUGE)
    nearest = int(-1)
    for k in range(start, start + count):
        point = order[k]
        #| 0.4
        if not point_mask[point]:
            continue
        #| end
        #| one of
        dist_sq = wp.length_sq(points[point] - middle)
        #| or
        d = points[point] - middle
        dist_sq = wp.dot(d, d)
        #| end
        if dist_sq < best:
            best = dist_sq
            nearest = point
    cell_pick[tid] = nearest


def first_cell_points(offsets, tid, cell_length, cell_first, order, point_mask):
    start = offsets[tid]
    count = cell_length[tid]
    #| 0.4
    if count == 0:
        cell_first[tid] = -1
        return
    #| end
    #? the smallest index, independent of the sort order
    first = int(-1)
    #| one of
    for k in range(count):
        point = order[start + k]
    #| or
    #: for k in range(start, start + count):
    #:     point = order[k]
    #| end
        #| 0.6
        if not point_mask[point]:
            continue
        #| end
        if first < 0 or point < first:
            first = point
    cell_first[tid] = first


def compute_cell_centers(offsets, tid, cell_length, order, point_mask, mass, points, cell_center, TINY, cell_mass):
    start = offsets[tid]
    count = cell_length[tid]
    moment = wp.vec3(0.0, 0.0, 0.0)
    total = float(0.0)
    #| one of
    for k in range(count):
        point = order[start + k]
    #| or
    #: for k in range(start, start + count):
    #:     point = order[k]
    #| end
        #| 0.4
        if not point_mask[point]:
            continue
        #| end
        moment += mass[point] * points[point]
        total += mass[point]
    #| one of
    if total > 0.0:
        cell_center[tid] = moment / total
    else:
        cell_center[tid] = wp.vec3(0.0, 0.0, 0.0)
    #| or
    cell_center[tid] = moment / wp.max(total, TINY)
    #| end
    #| 0.5
    cell_mass[tid] = total
    #| end


def average_cell_velocity(
    offsets, tid, cell_length, cell_velocity, order, velocity_in, point_mask, mass, TINY, cell_mass,
):
    start = offsets[tid]
    count = cell_length[tid]
    #| one of
    #? nothing moves in an empty cell
    if count == 0:
        cell_velocity[tid] = wp.vec3(0.0, 0.0, 0.0)
        return
    v = wp.vec3(0.0, 0.0, 0.0)
    for k in range(start, start + count):
        v += velocity_in[order[k]]
    cell_velocity[tid] = v / float(count)
    #| or
    v = wp.vec3(0.0, 0.0, 0.0)
    for k in range(start, start + count):
        v += velocity_in[order[k]]
    cell_velocity[tid] = v / float(wp.max(count, 1))
    #| or
    v = wp.vec3(0.0, 0.0, 0.0)
    num = int(0)
    for k in range(start, start + count):
        if point_mask[order[k]]:
            v += velocity_in[order[k]]
            num += 1
    #| one of
    if num > 0:
        cell_velocity[tid] = v / float(num)
    else:
        cell_velocity[tid] = wp.vec3(0.0, 0.0, 0.0)
    #| or
    cell_velocity[tid] = v / float(wp.max(num, 1))
    #| end
    #| or
    v = wp.vec3(0.0, 0.0, 0.0)
    total = float(0.0)
    for k in range(start, start + count):
        point = order[k]
        #? weighted by mass
        v += mass[point] * velocity_in[point]
        total += mass[point]
    cell_velocity[tid] = v / wp.max(total, TINY)
    #| 0.5
    cell_mass[tid] = total
    #| end
    #| end
