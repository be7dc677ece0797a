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
    out_ptr: Array[tl.float32, n],  #: output, named out_ptr sum_ptr Y
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
        mask = (offs_m[:, None] < M) & (offs_n[None, :] < N)
        x = tl.load(x_ptr + offs_m[:, None] * stride + offs_n[None, :], mask=mask, other=0.0).to(tl.float32)
        #| 0.6
        x = fused(x)
        #| end
        acc += tl.where(mask, x, 0.0)
    y = either(tl.sum(acc, axis=0), tl.reduce(acc, 0, add))
    #| or
    y = tl.zeros((BLOCK_N,), dtype=tl.float32)
    for start in range(0, M, BLOCK_M):
        offs_m = start + tl.arange(0, BLOCK_M)
        mask = (offs_m < M)[:, None] & (offs_n < N)[None, :]
        x = tl.load(x_ptr + offs_m[:, None] * stride + offs_n[None, :], mask=mask, other=0.0).to(tl.float32)
        y += either(tl.sum(x, axis=0), tl.sum(x * x, 0), tl.sum(tl.abs(x), axis=0))
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
    #| 0.5
    # sums may be large
    y = either(y / (1.0 + tl.abs(y)), y * tl.rsqrt(1.0 + y * y), tl.log(1.0 + tl.abs(y)))
    y = fused(y)
    #| end
    tl.store(out_ptr + offs_n, y, mask=offs_n < N)
