"""Bodies of sum_offsets for ``recipes/applications/singles.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def scan_counts(counts, num_blocks, offsets, num_items, capacity, overflow, num_dropped):
    total = int(0)
    for k in range(either(num_blocks, counts.shape[0])):
        offsets[k] = total
        total += counts[k]
    #| one of
    offsets[either(num_blocks, counts.shape[0])] = total
    #| or
    #| end
    #| one of
    num_items[0] = total
    if total > capacity:
        #| 0.6
        wp.printf("capacity exceeded: %d of %d\n", total, capacity)
        #| end
        overflow[0] = 1
    #| or
    if total > capacity:
        #| 0.6
        wp.printf("capacity exceeded: %d of %d\n", total, capacity)
        #| end
        num_dropped[0] += total - capacity
        total = capacity
    num_items[0] = total
    #| end


def scan_bin_counts(cursor, num_blocks, offsets, max_bin_count, num_filled, num_items, num_expected, overflow):
    #| one of
    total = int(0)
    largest = int(0)
    for k in range(either(num_blocks, cursor.shape[0])):
        num = cursor[k]
        offsets[k] = total
        #? the next pass counts again during filling
        cursor[k] = 0
        total += num
        largest = wp.max(largest, num)
    offsets[either(num_blocks, cursor.shape[0])] = total
    max_bin_count[0] = largest
    #| or
    total = int(0)
    for k in range(either(num_blocks, cursor.shape[0])):
        num = cursor[k]
        #? counts become the places of the first items
        cursor[k] = total
        #| 0.6
        if num > 0:
            num_filled[0] += 1
        #| end
        total += num
    #| one of
    num_items[0] = total
    #| or
    if total != num_expected[0]:
        wp.printf("%d of %d items binned\n", total, num_expected[0])
        overflow[0] = 1
    num_items[0] = total
    #| end
    #| end


def allocate_tiles(counts, num_blocks, tile_size, tile_start, tile_count, total_tiles, num_padding):
    total = int(0)
    padding = int(0)
    for k in range(either(num_blocks, counts.shape[0])):
        #? the last tile may be partly filled
        num_tiles = (counts[k] + tile_size - 1) // tile_size
        tile_start[k] = total
        #| 0.6
        tile_count[k] = num_tiles
        #| end
        total += num_tiles
        padding += num_tiles * tile_size - counts[k]
    #| 0.5
    tile_start[either(num_blocks, counts.shape[0])] = total
    #| end
    total_tiles[0] = total
    #| 0.5
    num_padding[0] = padding
    #| end


def allocate_constraint_rows(counts, num_blocks, capacity, row_start, row_count, total_rows, num_dropped):
    start = int(0)
    #| one of
    dropped = int(0)
    for k in range(either(num_blocks, counts.shape[0])):
        num = wp.min(counts[k], capacity - start)
        row_start[k] = start
        row_count[k] = num
        dropped += counts[k] - num
        start += num
    total_rows[0] = start
    #| one of
    if dropped > 0:
        #| 0.5
        wp.printf("%d rows dropped\n", dropped)
        #| end
        num_dropped[0] += dropped
    #| or
    num_dropped[0] = dropped
    #| end
    #| or
    for k in range(either(num_blocks, counts.shape[0])):
        num = wp.min(counts[k], capacity - start)
        row_start[k] = start
        row_count[k] = num
        #| 0.6
        if num < counts[k]:
            num_dropped[0] += counts[k] - num
        #| end
        start += num
    total_rows[0] = start
    #| end


def find_top_k_bin(counts, num_blocks, top_wanted, threshold_bin, num_items, num_above, allows_fewer, num_failed):
    #| one of
    total = int(0)
    at = int(either(num_blocks, counts.shape[0]))
    #? from the highest bin down
    while at > 0 and total < top_wanted:
        at -= 1
        total += counts[at]
    threshold_bin[0] = at
    #| one of
    num_items[0] = total
    #| or
    num_items[0] = total
    # those certainly in higher bins
    num_above[0] = total - counts[at]
    #| end
    #| or
    total = int(0)
    threshold_bin[0] = 0
    for k in range(either(num_blocks, counts.shape[0]) - 1, -1, -1):
        #| one of
        if counts[k] == 0:
            continue
        #| or
        #| end
        total += counts[k]
        if total >= top_wanted:
            threshold_bin[0] = k
            #| one of
            num_above[0] = total - counts[k]
            #| or
            #| end
            break
    num_items[0] = total
    #| end
    #| 0.5
    #| one of
    if total < top_wanted and not allows_fewer:
    #| or
    #: if total < top_wanted:
    #| end
        #| 0.5
        wp.printf("only %d of %d items\n", total, top_wanted)
        #| end
        num_failed[0] += 1
    #| end


def merge_free_ranges(num_blocks, used, num_wanted, is_locked, block_start, num_used, num_failed):
    first = int(-1)
    run = int(0)
    for k in range(either(num_blocks, used.shape[0])):
        #| one of
        if used[k] != 0:
            run = 0
            continue
        run += 1
        #| or
        if used[k] == 0:
            run += 1
        else:
            run = 0
        #| end
        if run == num_wanted:
            first = k - num_wanted + 1
            break
    #| one of
    #| one of
    if first >= 0 and not is_locked[0]:
    #| or
    #: if first >= 0 :
    #| end
        block_start[0] = first
        num_used[0] += num_wanted
    else:
        block_start[0] = -1
        num_failed[0] += 1
    #| or
    block_start[0] = first
    if first == -1:
        num_failed[0] += 1
        #| 0.5
        wp.printf("no gap for %d blocks\n", num_wanted)
        #| end
        return
    num_used[0] += num_wanted
    #| end
