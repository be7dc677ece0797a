"""Bodies of offsets_from_counts for ``recipes/applications/transfers.py``."""

from synthesis.drawing.kernel_files.words import either


def offsets_from_counts(
    counts, num_items, enabled, offsets_out, block_size, round_up, limit_total, num_dropped, total_out,
):
    #? one thread for all, as there are few
    base = int(0)
    for k in range(either(num_items, counts.shape[0])):
        #| one of
        # disabled ones have no row
        if not enabled[k]:
            offsets_out[k] = -1
            continue
        offsets_out[k] = base
        base += counts[k]
        #| or
        offsets_out[k] = base
        #| one of
        base += counts[k]
        #| or
        if enabled[k]:
            base += counts[k]
        #| or
        # rows begin at whole blocks
        base += either(round_up(counts[k], block_size), (counts[k] + block_size - 1) // block_size * block_size)
        #| end
        #| or
        # items that do not fit are dropped
        if base + counts[k] > limit_total:
            offsets_out[k] = -1
            num_dropped[0] = num_dropped[0] + 1
            continue
        offsets_out[k] = base
        base += counts[k]
        #| end
    total_out[0] = base
