"""Bodies of gather_state for ``recipes/applications/records.py``."""

import warp as wp


def gather_state(
    index_map, tid, x_out, kind_out, x_src, kind_src, v_out, v_src, group_of, offset_of, values, v_all, num_missing,
    alive, has_source, wanted_kind, num_gathered,
):
    src = index_map[tid]
    #| one of
    #? no source to copy from
    if src < 0:
        x_out[tid] = 0.0
        kind_out[tid] = -1
        return
    x_out[tid] = x_src[src]
    kind_out[tid] = kind_src[src]
    #| or
    #? no source to copy from
    if src < 0:
        x_out[tid] = 0.0
        v_out[tid] = wp.vec3(0.0, 0.0, 0.0)
        kind_out[tid] = -1
        return
    #| one of
    kind_out[tid] = kind_src[src]
    x_out[tid] = x_src[src]
    v_out[tid] = v_src[src]
    #| or
    x_out[tid] = x_src[src]
    v_out[tid] = v_src[src]
    kind_out[tid] = kind_src[src]
    #| end
    #| or
    if src < 0:
        return
    #| one of
    #| one of
    kind_out[tid] = kind_src[src]
    #| or
    #| end
    x_out[tid] = x_src[src]
    v_out[tid] = v_src[src]
    #| or
    x_out[tid] = x_src[src]
    #? relative to the origin of its own world
    v_out[tid] = v_src[src] - offset_of[group_of[tid]]
    #| end
    #| or
    if src >= 0:
        x_out[tid] = x_src[src]
        kind_out[tid] = kind_src[src]
    else:
        x_out[tid] = 0.0
        kind_out[tid] = -1
    #| or
    if src >= 0:
        x_out[tid] = x_src[src]
        v_out[tid] = v_src[src]
        kind_out[tid] = kind_src[src]
    else:
        #? new particles keep their position
        x_out[tid] = values[tid]
        v_out[tid] = v_all[tid]
        kind_out[tid] = -1
    #| or
    if src < 0:
        #? new entries keep their initial values
        x_out[tid] = values[tid]
    else:
        x_out[tid] = x_src[src]
    #| or
    if src >= 0:
        x_out[tid] = x_src[src]
    else:
        x_out[tid] = 0.0
        #| one of
        # for the caller to fill
        wp.atomic_add(num_missing, 0, 1)
        #| or
        #| end
    #| or
    #? missing entries keep their values
    if src < 0 or alive[tid] == 0:
        x_out[tid] = values[tid]
        v_out[tid] = v_all[tid]
    else:
        x_out[tid] = x_src[src]
        v_out[tid] = v_src[src]
    #| or
    if has_source(src, kind_src, wanted_kind):
        x_out[tid] = x_src[src]
        v_out[tid] = v_src[src]
    else:
        x_out[tid] = values[tid]
        v_out[tid] = v_all[tid]
    #| or
    #? only those of one type
    if src >= 0 and kind_src[src] == wanted_kind:
        x_out[tid] = x_src[src]
        #| one of
        v_out[tid] = v_src[src] - offset_of[group_of[tid]]
        #| or
        v_out[tid] = v_src[src]
        #| end
        #| one of
        wp.atomic_add(num_gathered, 0, 1)
        #| or
        #| end
    #| end
