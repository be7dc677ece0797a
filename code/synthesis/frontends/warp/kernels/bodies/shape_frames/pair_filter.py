"""Bodies of pair_filter for ``recipes/applications/shape_frames.py``."""

import warp as wp


def pair_filter(
    pair_kind, tid, ordered, contact_pair, shape_body, shape_world, collision_group, COLLIDES, shape_flags, STATIC,
    shape_type, NUM_GEO_TYPES,
):
    # excluded until all tests pass
    pair_kind[tid] = -1
    ordered[tid] = wp.vec2i(-1, -1)
    pair = contact_pair[tid]
    shape_a = pair[0]
    shape_b = pair[1]
    #| one of
    if shape_body[shape_a] == shape_body[shape_b]:
        return
    #| or
    if shape_a == shape_b or shape_body[shape_a] == shape_body[shape_b]:
        return
    #| end
    #| 0.7
    #| one of
    # worlds do not interact; -1 is in all
    if shape_world[shape_a] != -1 and shape_world[shape_b] != -1 and shape_world[shape_a] != shape_world[shape_b]:
        return
    #| or
    group_a = collision_group[shape_a]
    group_b = collision_group[shape_b]
    #| one of
    if group_a == 0 or group_b == 0:
        return
    if group_a > 0 and group_b > 0 and group_a != group_b:
        return
    if group_a < 0 and group_a == group_b:
        return
    #| or
    # a negative group collides with all others, a positive one only with itself
    if group_a == 0 or group_b == 0:
        return
    if group_a < 0 or group_b < 0:
        if group_a == group_b:
            return
    elif group_a != group_b:
        return
    #| end
    #| or
    if (shape_flags[shape_a] & COLLIDES) == 0 or (shape_flags[shape_b] & COLLIDES) == 0:
        return
    #| or
    if shape_flags[shape_a] & STATIC and shape_flags[shape_b] & STATIC:
        return
    #| end
    #| end
    # the smaller kind first
    type_a = shape_type[shape_a]
    type_b = shape_type[shape_b]
    #| one of
    if type_a > type_b:
        pair_kind[tid] = type_b * NUM_GEO_TYPES + type_a
        ordered[tid] = wp.vec2i(shape_b, shape_a)
    else:
        pair_kind[tid] = type_a * NUM_GEO_TYPES + type_b
        ordered[tid] = wp.vec2i(shape_a, shape_b)
    #| or
    if type_a > type_b:
        shape_a = pair[1]
        shape_b = pair[0]
    ordered[tid] = wp.vec2i(shape_a, shape_b)
    pair_kind[tid] = wp.min(type_a, type_b) * NUM_GEO_TYPES + wp.max(type_a, type_b)
    #| end
