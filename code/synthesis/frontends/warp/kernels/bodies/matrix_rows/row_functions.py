"""Bodies of row_functions for ``recipes/applications/matrix_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either, helper


def row_functions():
    def row_dot(
        offsets: wp.array[int], columns: wp.array[int], values: wp.array[float], x: wp.array[float], row: int
    ) -> float:
        total = float(0.0)
        #| one of
        for k in range(offsets[row], offsets[row + 1]):
            total += values[k] * x[columns[k]]
        #| or
        for k in range(offsets[row], offsets[row + 1]):
            col = columns[k]
            total += values[k] * x[col]
        #| end
        return total


@helper
def find_entry(offsets: wp.array[int], columns: wp.array[int], row: int, wanted: int) -> int:
    #| one of
    for k in range(offsets[row], offsets[row + 1]):
        if columns[k] == wanted:
            return k
    return -1
    #| or
    place = int(-1)
    for k in range(offsets[row], offsets[row + 1]):
        if columns[k] == wanted:
            place = k
            break
    return place
    #| end


@helper
def safe_inverse(value: float, smallest: float) -> float:
    #| one of
    if wp.abs(value) > smallest:
        return 1.0 / value
    return either(1.0, 0.0)
    #| or
    if wp.abs(value) < smallest:
        return either(0.0, 1.0)
    return 1.0 / value
    #| end


@helper
def outranks(rank_a: int, a: int, rank_b: int, b: int) -> bool:
    #| one of
    return rank_a > rank_b or (rank_a == rank_b and a > b)
    #| or
    if rank_a != rank_b:
        return rank_a > rank_b
    return a > b
    #| end
