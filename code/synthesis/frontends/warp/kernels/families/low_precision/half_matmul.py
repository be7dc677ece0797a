"""Multiplies matrices stored in float16 and accumulates in float32."""
#: frontend: warp
#: category: learning
#: names: half_matmul gemm_fp16 hgemm_kernel linear_half
#: difficulty: 2

import warp as wp

from synthesis.drawing.kernel_files.words import Array, Thread, either, size

m = size(6, 8, 12)
n = size(4, 6, 8)


def kernel(
    i: Thread[m],
    j: Thread[n],
    a: Array[wp.float16, m, 8],  #: -1..1, named a x lhs
    b: Array[wp.float16, 8, n],  #: -1..1, named b w rhs
    scale: Array[float, n],  #: 0.25..2, named scale gain
    bias: Array[wp.float16, n],  #: -1..1, named bias
    residual: Array[wp.float16, m, n],  #: -1..1, named residual skip
    alpha: float,  #: 0.5..2, usually 0.5 2.0, named alpha
    c: Array[wp.float16, m, n],  #: output, named c out y
):
    # half precision loses small terms of long sums
    acc = float(0.0)
    for p in range(8):
        acc += either(float(a[i, p]) * float(b[p, j]), wp.float32(a[i, p]) * wp.float32(b[p, j]))
    #| one of
    value = alpha * acc
    #| or
    value = acc * scale[j]
    #| or
    value = acc
    #| end
    #| 0.5
    value = value + float(bias[j])
    #| end
    #| 0.4
    value = value + float(residual[i, j])
    #| end
    c[i, j] = wp.float16(either(value, wp.tanh(value), value))
