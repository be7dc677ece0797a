"""Bodies of collide for ``recipes/applications/shape_contacts.py``."""

import warp as wp


def collide(
    pair_count, tid, max_pairs, shape_pairs, SKIPPED, shape_body, shape_world, shape_type, GEO_BOX, num_box_pairs,
    shape_X_ws, shape_scale, MEETING, shape_gap, END,
):
    #| one of
    if tid >= pair_count[0]:
        return
    #| or
    if tid >= wp.min(pair_count[0], max_pairs):
        return
    #| end
    pair = shape_pairs[tid]
    shape_a = pair[0]
    shape_b = pair[1]
    #| one of
    if shape_a < 0 or shape_b < 0:
        SKIPPED
        return
    #| or
    #| one of
    # padding
    if shape_a == -1 or shape_b == -1:
        SKIPPED
        return
    #| or
    #| end
    #| end
    #| 0.4
    #| one of
    if shape_body[shape_a] == shape_body[shape_b]:
        SKIPPED
        return
    #| or
    # worlds do not interact; -1 is in all
    if shape_world[shape_a] >= 0 and shape_world[shape_b] >= 0:
        if shape_world[shape_a] != shape_world[shape_b]:
            SKIPPED
            return
    #| end
    #| end
    # shapes are ordered by their kind in the table
    if shape_type[shape_a] > shape_type[shape_b]:
        shape_a = pair[1]
        shape_b = pair[0]
    type_a = shape_type[shape_a]
    type_b = shape_type[shape_b]
    #| one of
    # overlapping boxes are handled in another pass
    if type_a == GEO_BOX:
        SKIPPED
        return
    #| or
    if type_a == GEO_BOX and type_b == GEO_BOX:
        #| 0.5
        wp.atomic_add(num_box_pairs, 0, 1)
        #| end
        SKIPPED
        return
    #| end
    #| one of
    X_a = shape_X_ws[shape_a]
    X_b = shape_X_ws[shape_b]
    size_a = shape_scale[shape_a]
    size_b = shape_scale[shape_b]
    #| or
    size_a = shape_scale[shape_a]
    X_a = shape_X_ws[shape_a]
    size_b = shape_scale[shape_b]
    X_b = shape_X_ws[shape_b]
    #| end
    MEETING
    #| one of
    gap = shape_gap[shape_a] + shape_gap[shape_b]
    #| or
    gap = wp.max(shape_gap[shape_a], shape_gap[shape_b])
    #| end
    END
