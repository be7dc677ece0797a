"""Bodies of scatter_wrenches for ``recipes/applications/stacked.py``."""

import warp as wp


def scatter_wrenches(
    num_nzb, row, wid, world_mask, nzb_start, nzb_coords, bodies_offset, inv_dt, lam_in, nzb_values, vio, wrench_out,
    flat_w,
):
    #| one of
    if row >= num_nzb[wid] or not world_mask[wid]:
    #| or
    #: if row >= num_nzb[wid] or outcome[wid] == STATUS_FAILED:
    #| or
    #: if row >= num_nzb[wid]:
    #| end
        return
    #| one of
    global_block = nzb_start[wid] + row
    coords = nzb_coords[global_block]
    #| or
    global_block = nzb_start[wid] + row
    coords = nzb_coords[global_block]
    #| end
    bid = bodies_offset[wid] + coords[1]
    #| one of
    # from impulses to forces
    w_i = nzb_values[global_block] * (lam_in[vio + coords[0]] * inv_dt)
    #| or
    w_i = inv_dt * lam_in[vio + coords[0]] * nzb_values[global_block]
    #| or
    w_i = nzb_values[global_block] * lam_in[vio + coords[0]]
    #| end
    #| one of
    wp.atomic_add(wrench_out, bid, w_i)
    #| or
    wp.atomic_add(wrench_out, bid, w_i)
    #| or
    for k in range(6):
        wp.atomic_add(flat_w, 6 * bid + k, w_i[k])
    #| end
