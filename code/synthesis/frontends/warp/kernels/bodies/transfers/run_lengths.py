"""Bodies of run_lengths for ``recipes/applications/transfers.py``."""

import warp as wp


def run_lengths(sorted_keys, tid, starts_run, run_length, num_keys, longest):
    key = sorted_keys[tid]
    #| one of
    # only the first of a run counts
    if not starts_run(sorted_keys, tid):
        run_length[tid] = 0
        return
    #| or
    # only the first of a run counts
    if tid > 0:
        if sorted_keys[tid - 1] == key:
            run_length[tid] = 0
            return
    #| or
    # only the first of a run counts
    if tid > 0 and sorted_keys[tid - 1] == key:
        run_length[tid] = 0
        return
    #| end
    #| one of
    length = int(1)
    while tid + length < num_keys:
        if sorted_keys[tid + length] != key:
            break
        length += 1
    #| or
    length = int(1)
    for k in range(tid + 1, num_keys):
        if sorted_keys[k] != key:
            break
        length += 1
    #| end
    run_length[tid] = length
    #| 0.3
    wp.atomic_max(longest, 0, length)
    #| end
