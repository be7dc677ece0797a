"""Bodies of count_kinds for ``recipes/applications/records.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def count_kinds(
    alive, tid, kind_or_none, histogram, weight_sum, weights, group_kinds, group_of, kind_any, num_kinds,
    is_valid_kind, num_dropped, largest, values_of_type,
):
    #| 0.25
    if alive[tid] == 0:
        return
    #| end
    #| one of
    kind = kind_or_none[tid]
    #? without a type
    if kind < 0:
        return
    #| one of
    wp.atomic_add(histogram, kind, 1)
    #| one of
    wp.atomic_add(weight_sum, kind, weights[tid])
    #| or
    #| end
    #| or
    wp.atomic_add(group_kinds, group_of[tid], kind, 1)
    #| end
    #| or
    kind = kind_any[tid]
    if kind >= 0 and kind < either(histogram.shape[0], num_kinds):
        wp.atomic_add(histogram, kind, 1)
        #| one of
        wp.atomic_add(weight_sum, kind, weights[tid])
        #| or
        #| end
    #| or
    kind = kind_any[tid]
    if is_valid_kind(kind, either(histogram.shape[0], num_kinds)):
        wp.atomic_add(histogram, kind, 1)
        #| one of
        wp.atomic_add(weight_sum, kind, weights[tid])
        #| or
        #| end
    #| one of
    else:
        wp.atomic_add(num_dropped, 0, 1)
    #| or
    #| end
    #| or
    kind = kind_any[tid]
    if is_valid_kind(kind, num_kinds):
        wp.atomic_add(group_kinds, group_of[tid], kind, 1)
    #| or
    kind = kind_or_none[tid]
    #? the largest of each type
    #| one of
    if kind >= 0 and alive[tid] == 1:
    #| or
    #: if kind >= 0:
    #| end
        wp.atomic_max(largest, kind, values_of_type[tid])
        wp.atomic_add(histogram, kind, 1)
    #| end
