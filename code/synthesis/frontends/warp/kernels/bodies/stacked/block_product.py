"""Bodies of block_product for ``recipes/applications/stacked.py``."""

import warp as wp


def block_product(
    num_nzb, row, wid, world_mask, nzb_start, max_nzb, nzb_coords, bodies_offset, body_u, nzb_values, v_f, vio, P,
):
    #| one of
    #| one of
    if row >= num_nzb[wid] or not world_mask[wid]:
    #| or
    #: if row >= num_nzb[wid]:
    #| end
        return
    global_block = nzb_start[wid] + row
    #| or
    global_block = nzb_start[wid] + row
    if row >= num_nzb[wid] or global_block >= max_nzb:
        return
    #| end
    coords = nzb_coords[global_block]
    #| one of
    bid = coords[1]
    block_row = coords[0]
    #| or
    block_row = coords[0]
    bid = coords[1]
    #| end
    bio = bodies_offset[wid]
    #| one of
    twist = body_u[bio + bid]
    value = wp.dot(nzb_values[global_block], twist)
    #| or
    value = wp.dot(nzb_values[global_block], body_u[bio + bid])
    #| end
    #| one of
    wp.atomic_add(v_f, vio + block_row, value)
    #| or
    wp.atomic_add(v_f, vio + block_row, P[vio + block_row] * value)
    #| end
