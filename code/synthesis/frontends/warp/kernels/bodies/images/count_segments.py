"""Bodies of count_segments for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def bound_segments(
    LEAVE, AT, labels, hidden_id, is_background, VIEW, box_low_x, x, box_high_x, box_low_y, y, box_high_y,
    segment_count,
):
    LEAVE
    segment = labels[AT]
    if either(segment < 0, segment < 0 or segment == hidden_id, is_background(segment, hidden_id)):
        return
    wp.atomic_min(box_low_x, VIEW, segment, x)
    wp.atomic_max(box_high_x, VIEW, segment, x)
    wp.atomic_min(box_low_y, VIEW, segment, y)
    wp.atomic_max(box_high_y, VIEW, segment, y)
    #| 0.5
    wp.atomic_add(segment_count, VIEW, segment, 1)
    #| end


def count_segments(
    LEAVE, AT, labels, VIEW, segment_count, rgb, segment_rgb, segment_x, x, segment_y, y, depth, valid, nearest,
    segment_depth,
):
    LEAVE
    segment = labels[AT]
    #| one of
    if segment == -1:
    #| or
    #: if segment < 0:
    #| end
        return
    #| one of
    wp.atomic_add(segment_count, VIEW, segment, 1)
    wp.atomic_add(segment_rgb, VIEW, segment, rgb[AT])
    #| or
    #? the center of an object is its sum over the count
    wp.atomic_add(segment_count, VIEW, segment, 1)
    wp.atomic_add(segment_x, VIEW, segment, either(float(x) + 0.5, float(x)))
    wp.atomic_add(segment_y, VIEW, segment, either(float(y) + 0.5, float(y)))
    #| or
    #? a pixel without a depth does not count
    if either(depth[AT] <= 0.0, not valid[AT]):
        return
    wp.atomic_add(segment_count, VIEW, segment, 1)
    #| one of
    wp.atomic_min(nearest, VIEW, segment, depth[AT])
    #| 0.5
    wp.atomic_add(segment_depth, VIEW, segment, depth[AT])
    #| end
    #| or
    wp.atomic_add(segment_depth, VIEW, segment, depth[AT])
    #| end
    #| end


def count_confusion(
    LEAVE, AT, labels, true_labels, valid, VIEW, segment_count, expected_count, overlap_count, union_count,
):
    LEAVE
    segment = labels[AT]
    expected = true_labels[AT]
    #| 0.4
    #? nobody has labeled it
    if not valid[AT]:
        return
    #| end
    #| one of
    if segment >= 0:
        wp.atomic_add(segment_count, VIEW, segment, 1)
    if expected >= 0:
        wp.atomic_add(expected_count, VIEW, expected, 1)
    if segment >= 0 and segment == expected:
        wp.atomic_add(overlap_count, VIEW, segment, 1)
    #| or
    if expected >= 0:
        wp.atomic_add(expected_count, VIEW, expected, 1)
    if segment >= 0:
        wp.atomic_add(segment_count, VIEW, segment, 1)
        if segment == expected:
            wp.atomic_add(overlap_count, VIEW, segment, 1)
    #| or
    #? size of the union
    if segment >= 0:
        wp.atomic_add(union_count, VIEW, segment, 1)
    if segment == expected:
        if segment >= 0:
            wp.atomic_add(overlap_count, VIEW, segment, 1)
    elif expected >= 0:
        wp.atomic_add(union_count, VIEW, expected, 1)
    #| end
