"""Bodies of overlap_count for ``recipes/applications/box_queries.py``."""

import warp as wp


def count_overlaps(
    BOX, lower, mesh, upper, face_enabled, face_group, own, tid, number, total, most_out, capacity, num_dropped,
):
    BOX
    num = int(0)
    for facet in wp.mesh_query_aabb(mesh, lower, upper):
        #| one of
        #? excluded faces
        if face_enabled[facet] == 0:
            continue
        num += 1
        #| or
        if face_group[facet] == own[tid]:
            num += 1
        #| or
        num += 1
        #| end
    number[tid] = num
    #| one of
    wp.atomic_add(total, 0, num)
    #| or
    wp.atomic_max(most_out, 0, num)
    #| or
    if num > capacity:
        number[tid] = capacity
        wp.atomic_add(num_dropped, 0, num - capacity)
    #| or
    #| end


def mark_surface_cells(CELL, state, tid, lower, mesh, upper, face_group, wanted, face_enabled, total, face_material):
    CELL
    #| one of
    state[tid] = 0
    for facet in wp.mesh_query_aabb(mesh, lower, upper):
        #| one of
        if face_group[facet] != wanted:
            continue
        #| or
        #| end
        state[tid] = 1
        break
    #| or
    occupied = int(0)
    for facet in wp.mesh_query_aabb(mesh, lower, upper):
        if face_enabled[facet] != 0:
            occupied = 1
            break
    state[tid] = occupied
    #| one of
    if occupied == 1:
        wp.atomic_add(total, 0, 1)
    #| or
    #| end
    #| or
    #? one bit for each group of faces
    bits = int(0)
    for facet in wp.mesh_query_aabb(mesh, lower, upper):
        bits = bits | (1 << face_material[facet])
    state[tid] = bits
    #| end
