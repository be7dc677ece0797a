"""Bodies of delay_actions for ``recipes/applications/transfers.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def delay_actions(NUM_HISTORY, history, tid, newest, latency, filled, mean_out, dropped, late_part):
    #? actions arrive some steps late
    #| one of
    for k in range(NUM_HISTORY - 1, 0, -1):
        history[tid, k] = history[tid, k - 1]
    #| or
    k = int(NUM_HISTORY - 1)
    while k > 0:
        history[tid, k] = history[tid, k - 1]
        k -= 1
    #| end
    history[tid, 0] = newest[tid]
    late = either(latency[tid], wp.min(latency[tid], NUM_HISTORY - 1))
    #| one of
    #? the first steps know no older one
    if late > filled[tid]:
        late = filled[tid]
    mean_out[tid] = history[tid, late]
    filled[tid] = wp.min(filled[tid] + 1, NUM_HISTORY - 1)
    #| or
    if dropped[tid] and filled[tid] > late:
        # a lost packet: the previous command is held
        mean_out[tid] = history[tid, late + 1]
    else:
        mean_out[tid] = history[tid, late]
    #| or
    #? between two steps
    part = late_part[tid]
    mean_out[tid] = wp.lerp(history[tid, late], history[tid, late + 1], part)
    #| end
