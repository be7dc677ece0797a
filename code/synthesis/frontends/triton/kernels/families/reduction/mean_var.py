"""Computes the mean and the variance of each row in one or two passes."""
#: frontend: triton
#: category: reduction
#: names: mean_var_kernel welford_kernel row_stats_kernel moments_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(5, 8, 11)
n = size(100, 150, 64, 200)


def combine(mean_a, m2_a, count_a, mean_b, m2_b, count_b):
    count = count_a + count_b
    delta = mean_b - mean_a
    share = tl.where(count == 0.0, 0.0, count_b / count)
    return mean_a + delta * share, m2_a + m2_b + delta * delta * count_a * share, count


def kernel(
    x_ptr: Array[T, rows, n],  #: -3..3, named x_ptr input_ptr X
    mean_ptr: Array[tl.float32, rows],  #: output, named mean_ptr Mean
    var_ptr: Array[tl.float32, rows],  #: output, named var_ptr Var rstd_ptr
    stride: int,  #: is n, named stride row_stride
    n: int,  #: is n, named n_cols N
    eps: float,  #: 0.000001..0.1, usually 1e-5 1e-6, named eps epsilon
    BLOCK: tl.constexpr,  #: option 32 64, named BLOCK_SIZE BLOCK
):
    row = tl.program_id(0)
    x_ptr += row * stride
    #| one of
    acc = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in range(0, n, BLOCK):
        cols = start + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
        acc += x
    mean = tl.sum(acc, axis=0) / n
    squares = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in range(0, n, BLOCK):
        cols = start + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
        diff = tl.where(cols < n, x - mean, 0.0)
        squares += diff * diff
    var = tl.sum(squares, axis=0) / n
    #| or
    total = tl.zeros((BLOCK,), dtype=tl.float32)
    squares = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in range(0, n, BLOCK):
        cols = start + tl.arange(0, BLOCK)
        mask = cols < n
        x = tl.load(x_ptr + cols, mask=mask, other=0.0).to(tl.float32)
        #| 0.5
        x = fused(x)
        x = tl.where(mask, x, 0.0)
        #| end
        total += x
        squares += x * x
    mean = tl.sum(total, axis=0) / n
    var = either(tl.sum(squares, axis=0) / n - mean * mean, tl.maximum(tl.sum(squares) / n - mean * mean, 0.0))
    #| or
    # Welford's algorithm, one state for each lane
    means = tl.zeros((BLOCK,), dtype=tl.float32)
    m2 = tl.zeros((BLOCK,), dtype=tl.float32)
    counts = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in range(0, n, BLOCK):
        cols = start + tl.arange(0, BLOCK)
        mask = cols < n
        x = tl.load(x_ptr + cols, mask=mask, other=0.0).to(tl.float32)
        more = counts + 1.0
        delta = x - means
        moved = means + delta / more
        m2 = tl.where(mask, m2 + delta * (x - moved), m2)
        means = tl.where(mask, moved, means)
        counts = tl.where(mask, more, counts)
    mean, m2, count = tl.reduce((means, m2, counts), 0, combine)
    var = either(m2 / count, m2 / n)
    #| end
    #| 0.5
    var = either(1.0 / tl.sqrt(var + eps), tl.rsqrt(var + eps), tl.sqrt(var + eps))
    #| end
    #| 0.3
    mean = fused(mean)
    #| end
    tl.store(mean_ptr + row, mean)
    tl.store(var_ptr + row, var)
