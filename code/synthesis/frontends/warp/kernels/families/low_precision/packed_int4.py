"""Unpacks 4-bit weights, eight to a word, and multiplies them by a vector."""
#: frontend: warp
#: category: learning
#: names: int4_matvec packed_gemv dequantize_dot w4_matvec_kernel
#: difficulty: 2

import warp as wp

from synthesis.drawing.kernel_files.words import Array, Thread, either, size

rows = size(12, 16, 24)
words = size(2, 3, 4)


def code_of(word: wp.uint32, place: int) -> int:
    return int((word >> wp.uint32(4 * place)) & wp.uint32(15))


def kernel(
    row: Thread[rows],
    packed: Array[wp.uint32, rows, words],  #: 0..4294967295, named packed qweight codes
    scales: Array[float, rows, words],  #: 0.01..0.1, named scales group_scale
    zeros: Array[float, rows, words],  #: 4..12, named zeros offsets
    x: Array[float, 8 * words],  #: -1..1, named x vector
    bias: Array[float, rows],  #: -1..1, named bias
    y: Array[float, rows],  #: output, named y out
):
    total = float(0.0)
    for g in range(packed.shape[1]):
        word = packed[row, g]
        #| 0.5
        part = float(0.0)
        for p in range(8):
            #| one of
            part += (float(code_of(word, p)) - zeros[row, g]) * x[8 * g + p]
            #| or
            # codes are from -8 to 7
            part += float(code_of(word, p) - 8) * x[8 * g + p]
            #| end
        total += part * scales[row, g]
        #| else
        for p in range(8):
            code = float(code_of(word, p))
            total += scales[row, g] * either((code - zeros[row, g]) * x[8 * g + p], (code - 8.0) * x[8 * g + p])
        #| end
    y[row] = either(total, total + bias[row])
