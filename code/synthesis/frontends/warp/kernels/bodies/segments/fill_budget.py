"""Bodies of fill_budget for ``recipes/applications/segments.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def limit_constraint_rows(
    LOOP, contacts, k, contact_dim, num_contact_rows, max_rows, row_address, tid, num_rows, num_out, lengths,
    num_dropped,
):
    rows = int(0)
    num = int(0)
    for _ in LOOP:
        c = contacts[k]
        #| one of
        dim_rows = contact_dim[c]
        #| or
        dim_rows = num_contact_rows(contact_dim[c])
        #| or
        dim_rows = num_contact_rows(contact_dim[c])
        #| or
        #? a pyramid has two rows for each direction of friction
        dim_rows = int(1)
        if contact_dim[c] > 1:
            dim_rows = 2 * (contact_dim[c] - 1)
        #| end
        #? an item that does not fit ends the list
        if rows + dim_rows > max_rows:
            break
        #| one of
        row_address[c] = tid * max_rows + rows
        #| or
        #| end
        rows += dim_rows
        num += 1
    num_rows[tid] = rows
    #| one of
    num_out[tid] = num
    #| or
    if num < lengths[tid]:
        wp.atomic_add(num_dropped, 0, lengths[tid] - num)
    #| end


def reduce_contacts(LOOP, contacts, k, dist, margin, normal_force, max_kept, num_dropped, kept, tid, num_out):
    num = int(0)
    for _ in LOOP:
        c = contacts[k]
        #| one of
        if dist[c] >= either(0.0, margin):
            continue
        #| or
        if dist[c] >= 0.0 or normal_force[c] <= 0.0:
            continue
        #| end
        #| one of
        if num == max_kept:
        #| or
        #: if num >= max_kept:
        #| end
            #| one of
            wp.atomic_add(num_dropped, 0, 1)
            #| or
            #| end
            break
        kept[tid, num] = c
        num += 1
    num_out[tid] = num
    #? the rest of the list is invalid
    for k in range(num, max_kept):
        kept[tid, k] = -1
