"""Sorts each row of a matrix, or keeps its largest elements."""
#: frontend: triton
#: category: reduction
#: names: sort_kernel topk_kernel row_sort_kernel bitonic_sort_kernel
#: difficulty: 2
#: types: T = tl.float32 tl.int32 tl.float16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, size

rows = size(4, 8, 12)
n = size(32, 64, 16)


def kernel(
    x_ptr: Array[T, rows, n],  #: -50..50, named x_ptr in_ptr keys_ptr
    out_ptr: Array[T, rows, n],  #: inout, -1..1, named out_ptr y_ptr sorted_ptr
    stride: int,  #: is n, named stride row_stride
    K: tl.constexpr,  #: option 1 4 8, named K TOP_K
    BLOCK: tl.constexpr,  #: is n, named BLOCK_SIZE N BLOCK
):
    row = tl.program_id(0)
    cols = tl.arange(0, BLOCK)
    x = either(tl.load(x_ptr + row * stride + cols), tl.load(x_ptr + (row * stride + cols)))
    #| 0.4
    x = either(-x, x + x, tl.abs(x), tl.where(x > 0, x, -x))
    #| end
    #| one of
    y = either(tl.sort(x), tl.sort(x, descending=True), tl.sort(x, 0), tl.flip(x, 0), tl.flip(tl.sort(x), 0))
    tl.store(out_ptr + row * stride + cols, y)
    #| or
    y = tl.topk(x, K)
    tl.store(out_ptr + row * stride + tl.arange(0, K), y)
    #| or
    # rank of each element by counting
    less = (x[None, :] < x[:, None]) | ((x[None, :] == x[:, None]) & (cols[None, :] < cols[:, None]))
    rank = tl.sum(less.to(tl.int32), axis=1)
    tl.store(out_ptr + row * stride + rank, x)
    #| or
    y = tl.sort(x)
    y = either(tl.where(cols % 2 == 0, y, -y), tl.where(cols < K, y, y + y), tl.maximum(y, x), y - x)
    tl.store(out_ptr + row * stride + cols, y)
    #| end
