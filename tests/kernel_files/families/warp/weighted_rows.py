"""Sums the weighted entries of each row."""
#: frontend: warp
#: category: sparse
#: names: weighted_rows row_sums
#: difficulty: 2 3

import warp as wp

from synthesis.drawing.kernel_files.words import Array, Thread, either, size

rows = size(12, 16)


def damped(v: wp.vec3, amount: float) -> wp.vec3:
    return v * (1.0 / (1.0 + amount * wp.length(v)))


def kernel(
    row: Thread[rows],
    starts: Array[int, rows],  #: starts 4 2, named starts offsets
    values: Array[wp.vec3, 4 * rows + 4],  #: 1..2, named values entries
    weights: Array[float, 4 * rows + 4],  #: 0.1..1
    scale: float,  #: 0.5..2, usually 0.5 2.0
    sums: Array[wp.vec3, rows],  #: inout, -1..1, named sums totals
    counted: Array[int, rows],  #: output
):
    total = wp.vec3(0.0, 0.0, 0.0)
    first = starts[row]
    for k in range(first, first + 3):
        #| one of
        total += values[k] * weights[k]
        #| or
        # long entries count less
        total += damped(values[k], weights[k])
        #| or
        total = total + either(weights[k] * values[k], values[k] / (1.0 + weights[k]))
        #| end
    #| some of
    total = total * scale
    #| and
    counted[row] = first + 3
    #| end
    sums[row] = sums[row] + total
