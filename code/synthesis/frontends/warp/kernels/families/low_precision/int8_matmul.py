"""Multiplies int8 matrices, accumulates in int32 and scales each output channel."""
#: frontend: warp
#: category: learning
#: names: int8_matmul quantized_matmul_kernel qgemm linear_int8
#: difficulty: 2

import warp as wp

from synthesis.drawing.kernel_files.words import Array, Thread, either, size

m = size(6, 8, 12)
n = size(4, 6, 8)


def kernel(
    i: Thread[m],
    j: Thread[n],
    a: Array[wp.int8, m, 8],  #: -100..100, named a x x_q
    b: Array[wp.int8, 8, n],  #: -100..100, named b w w_q
    scale: Array[float, n],  #: 0.002..0.02, named scale channel_scale w_scale
    row_scale: Array[float, m],  #: 0.05..0.5, named row_scale x_scale
    bias: Array[float, n],  #: -2..2, named bias
    zero_point: int,  #: -8..8, named zero_point x_zero
    c: Array[float, m, n],  #: output, named c out y
):
    acc = int(0)
    #| 0.3
    for p in range(8):
        acc += (wp.int32(a[i, p]) - zero_point) * wp.int32(b[p, j])
    #| else
    # products of 8 bits do not fit into 8 bits
    for p in range(8):
        acc += either(wp.int32(a[i, p]) * wp.int32(b[p, j]), int(a[i, p]) * int(b[p, j]))
    #| end
    value = float(acc) * scale[j]
    #| 0.4
    value = value * row_scale[i]
    #| end
    #| 0.5
    value = value + bias[j]
    #| end
    c[i, j] = either(value, wp.max(value, 0.0), value)
