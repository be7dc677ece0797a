"""Reduces a matrix along one of its axes, several rows or columns in each program."""
#: frontend: triton
#: category: reduction
#: names: column_sum_kernel reduce_axis_kernel sum_dim_kernel tile_reduce_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(n, BLOCK_N)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

m = size(40, 50, 33)
n = size(60, 48, 70)


def add(a, b):
    return a + b


def larger(a, b):
    return tl.maximum(a, b)


def kernel(
    x_ptr: Array[T, m, n],  #: -2..2, named x_ptr in_ptr X
    y_ptr: Array[T, m, n],  #: -2..2, named y_ptr grad_ptr other_ptr
    w_ptr: Array[tl.float32, m],  #: 0.5..1.5, named w_ptr row_weight_ptr scale_ptr
    b_ptr: Array[tl.float32, n],  #: -1..1, named b_ptr bias_ptr old_ptr
    out_ptr: Array[tl.float32, n],  #: output, named out_ptr sum_ptr Y
    second_ptr: Array[tl.float32, n],  #: output, named sq_ptr var_ptr second_ptr
    M: int,  #: is m, named M n_rows
    N: int,  #: is n, named N n_cols
    stride: int,  #: is n, named stride_m stride_xm row_stride
    BLOCK_M: tl.constexpr,  #: option 8 16 32, named BLOCK_M BM
    BLOCK_N: tl.constexpr,  #: option 16 32, named BLOCK_N BN
):
    pid = tl.program_id(0)
    offs_n = pid * BLOCK_N + tl.arange(0, BLOCK_N)
    #| one of
    acc = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    for start in range(0, M, BLOCK_M):
        offs_m = start + tl.arange(0, BLOCK_M)
        mask = either((offs_m[:, None] < M) & (offs_n[None, :] < N), (offs_m < M)[:, None] & (offs_n < N)[None, :])
        #| 0.6
        x = tl.load(x_ptr + offs_m[:, None] * stride + offs_n[None, :], mask=mask, other=0.0).to(tl.float32)
        #| else
        at = either(offs_m[:, None] * stride + offs_n[None, :], offs_n[None, :] + offs_m[:, None] * stride)
        x = tl.load(x_ptr + at, mask=mask, other=0.0).to(tl.float32)
        #| end
        #| 0.7
        #| some of
        x = fused(x)
        #| and
        other = tl.load(y_ptr + offs_m[:, None] * stride + offs_n[None, :], mask=mask, other=0.0).to(tl.float32)
        x = either(x * other, x + other, x - other, (x - other) * (x - other))
        #| and
        w = tl.load(w_ptr + offs_m, mask=offs_m < M, other=0.0)
        x = either(x * w[:, None], w[:, None] * x, x * tl.expand_dims(w, 1))
        #| end
        #| end
        acc += either(tl.where(mask, x, 0.0), tl.where(mask, x * x, 0.0), tl.where(mask, tl.abs(x), 0.0))
    y = either(tl.sum(acc, axis=0), tl.reduce(acc, 0, add), tl.sum(acc, 0))
    #| or
    y = tl.zeros((BLOCK_N,), dtype=tl.float32)
    for start in range(0, M, BLOCK_M):
        offs_m = start + tl.arange(0, BLOCK_M)
        mask = (offs_m < M)[:, None] & (offs_n < N)[None, :]
        x = tl.load(x_ptr + offs_m[:, None] * stride + offs_n[None, :], mask=mask, other=0.0).to(tl.float32)
        #| 0.6
        #| one of
        other = tl.load(y_ptr + offs_m[:, None] * stride + offs_n[None, :], mask=mask, other=0.0).to(tl.float32)
        x = either(x * other, x + other, x - other, tl.maximum(x, other))
        #| or
        w = tl.load(w_ptr + offs_m, mask=offs_m < M, other=0.0)
        x = either(x * w[:, None], w[:, None] * x)
        #| or
        x = fused(x)
        x = tl.where(mask, x, 0.0)
        #| end
        #| end
        y += either(tl.sum(x, axis=0), tl.sum(x * x, 0), tl.sum(tl.abs(x), axis=0), tl.reduce(x, 0, add))
    #| or
    # the mean and the mean of squares of each column
    y = tl.zeros((BLOCK_N,), dtype=tl.float32)
    squares = either(tl.zeros((BLOCK_N,), dtype=tl.float32), tl.zeros_like(y))
    for start in either(range(0, M, BLOCK_M), tl.range(0, M, BLOCK_M)):
        offs_m = start + tl.arange(0, BLOCK_M)
        mask = either((offs_m < M)[:, None] & (offs_n < N)[None, :], (offs_m[:, None] < M) & (offs_n[None, :] < N))
        x = tl.load(x_ptr + offs_m[:, None] * stride + offs_n[None, :], mask=mask, other=0.0).to(tl.float32)
        #| 0.4
        w = tl.load(w_ptr + offs_m, mask=offs_m < M, other=0.0)
        x = either(x * w[:, None], w[:, None] * x)
        #| end
        y += either(tl.sum(x, axis=0), tl.sum(x, 0))
        squares += either(tl.sum(x * x, axis=0), tl.sum(tl.abs(x), axis=0))
    y = y / M
    squares = either(squares / M - y * y, squares / M, squares * (1.0 / M))
    tl.store(second_ptr + offs_n, squares, mask=offs_n < N)
    #| or
    # one row after another
    y = either(tl.zeros((BLOCK_N,), dtype=tl.float32), tl.load(b_ptr + offs_n, mask=offs_n < N, other=0.0))
    for i in either(range(M), range(0, M), tl.range(0, M)):
        x = tl.load(x_ptr + i * stride + offs_n, mask=offs_n < N, other=0.0).to(tl.float32)
        #| 0.6
        #| one of
        x = fused(x)
        #| or
        x = either(x * tl.load(w_ptr + i), tl.load(w_ptr + i) * x, x + tl.load(w_ptr + i))
        #| or
        x = x * tl.load(y_ptr + i * stride + offs_n, mask=offs_n < N, other=0.0).to(tl.float32)
        #| end
        #| end
        y = either(y + x, x + y, y + x * x, y + tl.abs(x), 0.75 * y + x)
    #| or
    y = tl.full((BLOCK_N,), -1000.0, dtype=tl.float32)
    for start in range(0, M, BLOCK_M):
        offs_m = start + tl.arange(0, BLOCK_M)
        mask = (offs_m[:, None] < M) & (offs_n[None, :] < N)
        x = tl.load(x_ptr + offs_m[:, None] * stride + offs_n[None, :], mask=mask, other=-1000.0).to(tl.float32)
        y = tl.maximum(y, either(tl.max(x, axis=0), tl.reduce(x, 0, larger)))
    #| end
    #| 0.4
    y = y / M
    #| end
    #| 0.25
    b = tl.load(b_ptr + offs_n, mask=offs_n < N, other=0.0)
    y = either(y + b, b + y, y - b, y * b)
    #| end
    #| 0.5
    # sums may be large
    y = either(y / (1.0 + tl.abs(y)), y * tl.rsqrt(1.0 + y * y), tl.log(1.0 + tl.abs(y)))
    y = fused(y)
    #| end
    tl.store(out_ptr + offs_n, y, mask=offs_n < N)
