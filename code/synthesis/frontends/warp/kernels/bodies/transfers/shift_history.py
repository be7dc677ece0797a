"""Bodies of shift_history for ``recipes/applications/transfers.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def shift_history(enabled, tid, NUM_HISTORY, history, newest, filled, mean_out, head, head_out, running):
    #| 0.2
    if not enabled[tid]:
        return
    #| end
    #| one of
    # the newest is the first
    for k in range(NUM_HISTORY - 1, 0, -1):
        history[tid, k] = history[tid, k - 1]
    history[tid, 0] = newest[tid]
    #| 0.5
    #| one of
    num = wp.min(filled[tid] + 1, NUM_HISTORY)
    #| or
    num = filled[tid] + 1
    if num > NUM_HISTORY:
        num = NUM_HISTORY
    #| end
    filled[tid] = num
    # of the existing ones
    mean = float(0.0)
    for k in range(num):
        mean += history[tid, k]
    mean_out[tid] = mean / float(num)
    #| end
    #| or
    # a ring, its head moves
    at = head[tid] % NUM_HISTORY
    history[tid, at] = newest[tid]
    head_out[tid] = (at + 1) % NUM_HISTORY
    #| 0.5
    filled[tid] = wp.min(filled[tid] + 1, NUM_HISTORY)
    #| end
    #| or
    # the newest is the last
    for k in range(either(NUM_HISTORY - 1, history.shape[1] - 1)):
        history[tid, k] = history[tid, k + 1]
    history[tid, either(NUM_HISTORY - 1, history.shape[1] - 1)] = newest[tid]
    #| or
    # a ring, and the sum over it
    at = head[tid] % NUM_HISTORY
    running[tid] = running[tid] + newest[tid] - history[tid, at]
    history[tid, at] = newest[tid]
    head_out[tid] = either((at + 1) % NUM_HISTORY, 0 if at == NUM_HISTORY - 1 else at + 1)
    #| end
