"""Bodies of shrink_image for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def downsample_image(LEAVE, factor, VIEW, fine_rgb, x, y, small_rgb, fine_ids, background):
    LEAVE
    total = wp.vec3(0.0, 0.0, 0.0)
    #| one of
    for b in range(factor):
        for a in range(factor):
            total += fine_rgb[VIEW, factor * y + b, factor * x + a]
    small_rgb[VIEW, y, x] = total / float(factor * factor)
    #| or
    #? empty pixels do not count
    num = int(0)
    for b in range(factor):
        for a in range(factor):
            if fine_ids[VIEW, factor * y + b, factor * x + a] >= 0:
                total += fine_rgb[VIEW, factor * y + b, factor * x + a]
                num += 1
    if num > 0:
        small_rgb[VIEW, y, x] = total / float(num)
    else:
        small_rgb[VIEW, y, x] = background
    #| end


def downsample_depth(LEAVE, HUGE, factor, VIEW, fine_depth, x, y, fine_ids, small_depth, small_ids, valid_out):
    LEAVE
    #| one of
    best = float(HUGE)
    which = int(-1)
    for b in range(factor):
        for a in range(factor):
            z = fine_depth[VIEW, factor * y + b, factor * x + a]
            if z > 0.0 and z < best:
                best = z
                which = fine_ids[VIEW, factor * y + b, factor * x + a]
    if best < HUGE:
        small_depth[VIEW, y, x] = best
    else:
        small_depth[VIEW, y, x] = 0.0
    small_ids[VIEW, y, x] = which
    #| or
    best = float(HUGE)
    for b in range(factor):
        for a in range(factor):
            z = fine_depth[VIEW, factor * y + b, factor * x + a]
            if z > 0.0 and z < best:
                best = z
    if best < HUGE:
        small_depth[VIEW, y, x] = best
    else:
        small_depth[VIEW, y, x] = 0.0
    #| or
    total = float(0.0)
    num = int(0)
    for b in range(factor):
        for a in range(factor):
            z = fine_depth[VIEW, factor * y + b, factor * x + a]
            #| one of
            if z > 0.0:
            #| or
            #: if z > near and z < far:
            #| end
                total += z
                num += 1
    small_depth[VIEW, y, x] = total / float(wp.max(num, 1))
    #| one of
    valid_out[VIEW, y, x] = num > 0
    #| or
    #| end
    #| end


def segment_coverage(LEAVE, factor, VIEW, fine_ids, selected_id, small_of, x, y, share, edge_out):
    LEAVE
    hits = int(0)
    for b in range(factor):
        for a in range(factor):
            if fine_ids[VIEW, factor * y + b, factor * x + a] == either(selected_id, small_of[VIEW]):
                hits += 1
    share[VIEW, y, x] = float(hits) / float(factor * factor)
    #| one of
    edge_out[VIEW, y, x] = hits > 0 and hits < factor * factor
    #| or
    #| end
