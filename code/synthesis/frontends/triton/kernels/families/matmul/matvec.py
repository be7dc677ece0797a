"""Multiplies a matrix by a vector."""
#: frontend: triton
#: category: matmul
#: names: matvec_kernel gemv_kernel mv_kernel linear_row_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(m, BLOCK_M)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

m = size(40, 33, 64)
n = size(64, 100, 50)


def kernel(
    a_ptr: Array[T, m, n],  #: -1..1, named a_ptr A w_ptr
    x_ptr: Array[T, n],  #: -1..1, named x_ptr X
    b_ptr: Array[T, m],  #: -1..1, named b_ptr bias_ptr
    y_ptr: Array[T, m],  #: output, named y_ptr Y out_ptr
    M: int,  #: is m, named M m n_rows
    N: int,  #: is n, named N n n_cols
    stride: int,  #: is n, named stride_am stride lda
    alpha: float,  #: 0.5..2, usually 0.5 2.0, named alpha
    BLOCK_M: tl.constexpr,  #: option 8 16, named BLOCK_M BM
    BLOCK_N: tl.constexpr,  #: option 16 32 64, named BLOCK_N BN
):
    pid = tl.program_id(0)
    offs_m = pid * BLOCK_M + tl.arange(0, BLOCK_M)
    #| one of
    acc = tl.zeros((BLOCK_M,), dtype=tl.float32)
    for start in range(0, N, BLOCK_N):
        offs_n = start + tl.arange(0, BLOCK_N)
        mask = (offs_m[:, None] < M) & (offs_n[None, :] < N)
        a = tl.load(a_ptr + offs_m[:, None] * stride + offs_n[None, :], mask=mask, other=0.0).to(tl.float32)
        x = tl.load(x_ptr + offs_n, mask=offs_n < N, other=0.0).to(tl.float32)
        #| 0.3
        x = fused(x)
        #| end
        acc += tl.sum(a * x[None, :], axis=1)
    #| or
    acc2 = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    for start in range(0, N, BLOCK_N):
        offs_n = start + tl.arange(0, BLOCK_N)
        a = tl.load(
            a_ptr + offs_m[:, None] * stride + offs_n[None, :],
            mask=(offs_m[:, None] < M) & (offs_n[None, :] < N),
            other=0.0,
        ).to(tl.float32)
        x = tl.load(x_ptr + offs_n, mask=offs_n < N, other=0.0).to(tl.float32)
        acc2 += either(a * x[None, :], a * tl.expand_dims(x, 0), tl.abs(a) * x[None, :])
    acc = tl.sum(acc2, axis=1)
    #| end
    #| 0.5
    b = tl.load(b_ptr + offs_m, mask=offs_m < M, other=0.0).to(tl.float32)
    acc = either(acc + b, alpha * acc + b, b - acc)
    #| end
    #| 0.6
    #| one of
    acc = fused(acc)
    #| or
    acc = either(tl.maximum(acc, 0.0), tl.where(acc > 0, acc, 0.0), tl.clamp(acc, -1.0, 1.0))
    #| end
    #| end
    tl.store(y_ptr + offs_m, either(acc, acc.to(y_ptr.dtype.element_ty)), mask=offs_m < M)
