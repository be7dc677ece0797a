"""Computes running sums, products or maxima along the rows of a matrix."""
#: frontend: triton
#: category: reduction
#: names: cumsum_kernel prefix_sum_kernel row_scan_kernel scan_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(4, 7, 10)
n = size(60, 100, 50, 128)


def add(a, b):
    return a + b


def larger(a, b):
    return tl.maximum(a, b)


def decay(a0, b0, a1, b1):
    return a0 * a1, a1 * b0 + b1


def kernel(
    x_ptr: Array[T, rows, n],  #: -1..1, named x_ptr in_ptr X
    a_ptr: Array[T, rows, n],  #: 0.5..0.95, named a_ptr decay_ptr gate_ptr
    out_ptr: Array[tl.float32, rows, n],  #: output, named out_ptr y_ptr Y
    stride: int,  #: is n, named stride row_stride
    n: int,  #: is n, named n_cols N
    BLOCK: tl.constexpr,  #: option 16 32, named BLOCK_SIZE BLOCK
    WHOLE: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK
    REVERSE: tl.constexpr,  #: option True False
):
    row = tl.program_id(0)
    #| one of
    cols = tl.arange(0, WHOLE)
    mask = cols < n
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    #| 0.5
    x = fused(x)
    x = tl.where(mask, x, 0.0)
    #| end
    y = either(
        tl.cumsum(x, axis=0), tl.cumsum(x, 0, reverse=REVERSE), tl.associative_scan(x, 0, add), tl.cumsum(x, 0) - x,
        tl.associative_scan(x, 0, larger), tl.associative_scan(x, 0, add, reverse=REVERSE),
        tl.cumprod(1.0 + 0.1 * x, axis=0),
    )  # fmt: skip
    #| 0.5
    y = fused(y)
    #| end
    tl.store(out_ptr + row * stride + cols, y, mask=mask)
    #| or
    # carry the total from block to block
    carry = 0.0
    for start in range(0, n, BLOCK):
        cols = start + tl.arange(0, BLOCK)
        mask = cols < n
        x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        #| 0.5
        x = fused(x)
        x = tl.where(mask, x, 0.0)
        #| end
        y = tl.cumsum(x, axis=0) + carry
        tl.store(out_ptr + row * stride + cols, y, mask=mask)
        carry += tl.sum(x, axis=0)
    #| or
    # a linear recurrence
    cols = tl.arange(0, WHOLE)
    mask = cols < n
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    a = tl.load(a_ptr + row * stride + cols, mask=mask, other=1.0).to(tl.float32)
    #| 0.5
    x = fused(x)
    #| end
    _, y = tl.associative_scan((a, x), 0, decay)
    #| 0.4
    y = fused(y)
    #| end
    tl.store(out_ptr + row * stride + cols, y, mask=mask)
    #| end
