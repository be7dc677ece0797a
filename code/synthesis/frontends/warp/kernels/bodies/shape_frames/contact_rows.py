"""Bodies of contact_rows for ``recipes/applications/shape_frames.py``."""

import warp as wp


def contact_rows(
    contact_count, tid, contact_max, contact_pair, shape_world, contact_dim, world_rows, max_rows, contact_row,
    num_rejected, row_contact,
):
    #| one of
    if tid >= contact_count[0]:
        return
    #| or
    if tid >= wp.min(contact_count[0], contact_max):
        return
    #| end
    #| one of
    pair = contact_pair[tid]
    shape_a = pair[0]
    shape_b = pair[1]
    #| or
    shape_a = contact_pair[tid][0]
    shape_b = contact_pair[tid][1]
    #| end
    #| one of
    world = shape_world[shape_a]
    #? shapes shared by all worlds
    if world < 0:
        world = shape_world[shape_b]
    if world < 0:
        return
    #| or
    #? shapes shared by all worlds belong to none
    world = wp.max(shape_world[shape_a], shape_world[shape_b])
    if world < 0:
        return
    #| or
    world = wp.max(shape_world[shape_a], shape_world[shape_b])
    first_world = wp.min(shape_world[shape_a], shape_world[shape_b])
    if world < 0 or (first_world >= 0 and first_world != world):
        return
    #| end
    #| one of
    num = 3
    #| or
    num = contact_dim[tid]
    #| or
    # the normal and two pyramid edges for each tangent
    num = int(1)
    if contact_dim[tid] > 1:
        num = 2 * (contact_dim[tid] - 1)
    #| end
    row = wp.atomic_add(world_rows, world, num)
    # no room for all of its rows
    if row + num > max_rows:
        #| one of
        contact_row[tid] = -1
        return
        #| or
        contact_row[tid] = -1
        wp.atomic_add(num_rejected, world, 1)
        return
        #| end
    contact_row[tid] = row
    #| one of
    for k in range(num):
        row_contact[world, row + k] = tid
    #| or
    for k in range(row, row + num):
        row_contact[world, k] = tid
    #| end
