"""Finds the largest or smallest element of each row, and its place."""
#: frontend: triton
#: category: reduction
#: names: argmax_kernel row_argmax argmin_kernel max_with_index_kernel
#: difficulty: 2
#: types: T = tl.float32 tl.float16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(5, 10, 16)
n = size(60, 100, 128, 37)


def kernel(
    x_ptr: Array[T, rows, n],  #: -5..5, named x_ptr logits_ptr X
    value_ptr: Array[tl.float32, rows],  #: output, named val_ptr out_ptr max_ptr
    index_ptr: Array[tl.int32, rows],  #: output, named idx_ptr index_ptr arg_ptr
    stride: int,  #: is n, named stride row_stride
    n: int,  #: is n, named n_cols N
    BLOCK: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK
):
    row = tl.program_id(0)
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    #| 0.5
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=-float("inf")).to(tl.float32)
    #| 0.4
    x = tl.where(mask, either(tl.abs(x), x * x, -x, x * 0.5 + 1.0), -float("inf"))
    #| end
    #| one of
    place = tl.argmax(x, axis=0)
    best = tl.max(x, axis=0)
    #| or
    best, place = tl.max(x, axis=0, return_indices=True)
    #| or
    best = tl.max(x, axis=0)
    place = tl.min(tl.where(x == best, cols, BLOCK), axis=0)
    #| end
    #| else
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=float("inf")).to(tl.float32)
    #| one of
    place = tl.argmin(x, axis=0)
    best = tl.min(x, axis=0)
    #| or
    best, place = tl.min(x, axis=0, return_indices=True)
    #| end
    #| end
    #| 0.4
    best = fused(best)
    #| end
    #| one of
    tl.store(value_ptr + row, best)
    tl.store(index_ptr + row, place)
    #| or
    tl.store(index_ptr + row, either(place, place.to(tl.int32)))
    #| or
    tl.store(index_ptr + row, place)
    tl.store(value_ptr + row, best)
    #| end
