"""Bodies of segments for ``recipes/applications/records.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def segments(starts, tid, data, x_out, flags_of, num_out):
    begin = starts[tid]
    end = starts[tid + 1]
    total = float(0.0)
    #| one of
    for k in range(begin, end):
        total += data[k]
    #| one of
    x_out[tid] = total / float(wp.max(end - begin, 1))
    #| or
    if end > begin:
        x_out[tid] = total / float(end - begin)
    else:
        x_out[tid] = 0.0
    #| end
    #| or
    num = int(0)
    for k in range(begin, end):
        if flags_of[k] == 0:
            continue
        total += data[k]
        num += 1
    #| one of
    x_out[tid] = total / float(wp.max(num, 1))
    #| or
    if num > 0:
        x_out[tid] = total / float(num)
    else:
        x_out[tid] = 0.0
    #| end
    #| one of
    num_out[tid] = num
    #| or
    #| end
    #| end


def segments_2(starts, tid, x_out, last_out, data):
    begin = starts[tid]
    end = starts[tid + 1]
    #| one of
    if begin == end:
        x_out[tid] = 0.0
        #| one of
        last_out[tid] = -1
        #| or
        #| end
        return
    best = data[begin]
    which = int(begin)
    for k in range(begin + 1, end):
        if data[k] > best:
            best = data[k]
            which = k
    x_out[tid] = best
    last_out[tid] = which
    #| or
    most = float(0.0)
    for k in range(begin, end):
        most = wp.max(most, wp.abs(data[k]))
    x_out[tid] = most
    #| end


def segments_3(starts, tid, x_out, data):
    begin = starts[tid]
    end = starts[tid + 1]
    if either(begin == end, end - begin < 2):
        x_out[tid] = 0.0
        return
    low = data[begin]
    high = data[begin]
    for k in range(begin + 1, end):
        #| one of
        low = wp.min(low, data[k])
        high = wp.max(high, data[k])
        #| or
        if data[k] < low:
            low = data[k]
        elif data[k] > high:
            high = data[k]
        #| end
    x_out[tid] = high - low


def segments_4(starts, tid, x_out, data):
    begin = starts[tid]
    end = starts[tid + 1]
    if end - begin < 2:
        x_out[tid] = 0.0
        return
    #| one of
    total = float(0.0)
    squares = float(0.0)
    for k in range(begin, end):
        total += data[k]
        squares += data[k] * data[k]
    mean = total / float(end - begin)
    x_out[tid] = wp.max(squares / float(end - begin) - mean * mean, 0.0)
    #| or
    #? the mean is updated as well
    mean = data[begin]
    squares = float(0.0)
    for k in range(begin + 1, end):
        d = data[k] - mean
        mean += d / float(k - begin + 1)
        squares += d * (data[k] - mean)
    x_out[tid] = squares / float(either(end - begin, end - begin - 1))
    #| end


def segments_5(starts, tid, data, flags_of, is_kept, threshold, x_out):
    num = int(0)
    #| one of
    for k in range(starts[tid], starts[tid + 1]):
        if either(flags_of[k] == 1 and data[k] > threshold, is_kept(flags_of[k], data[k], threshold)):
            num += 1
    #| or
    for k in range(starts[tid], starts[tid + 1]):
        if flags_of[k] == 0:
            continue
        if data[k] > threshold:
            num += 1
    #| end
    #| one of
    x_out[tid] = float(num) / float(wp.max(starts[tid + 1] - starts[tid], 1))
    #| or
    if num > 0:
        x_out[tid] = float(num) / float(starts[tid + 1] - starts[tid])
    else:
        x_out[tid] = 0.0
    #| end


def segments_6(starts, tid, data, flags_of, last_out, x_out):
    best = float(0.0)
    which = int(-1)
    for k in range(starts[tid], starts[tid + 1]):
        #| one of
        if flags_of[k] == 1 and wp.abs(data[k]) > best:
            best = wp.abs(data[k])
            which = k
        #| or
        if flags_of[k] == 0:
            continue
        if wp.abs(data[k]) > best:
            best = wp.abs(data[k])
            which = k
        #| end
    last_out[tid] = which
    #| one of
    if which >= 0:
        x_out[tid] = data[which]
    else:
        x_out[tid] = 0.0
    #| or
    x_out[tid] = best
    #| end


def segments_7(starts, tid, x_out, data):
    begin = starts[tid]
    end = starts[tid + 1]
    if begin == end:
        x_out[tid] = 0.0
        return
    squares = float(0.0)
    for k in range(begin, end):
        squares += data[k] * data[k]
    x_out[tid] = wp.sqrt(squares / float(end - begin))
