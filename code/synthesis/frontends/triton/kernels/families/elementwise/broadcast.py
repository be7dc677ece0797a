"""Combines a matrix with a vector broadcast along one of its axes, in tiles."""
#: frontend: triton
#: category: elementwise
#: names: broadcast_kernel add_bias_kernel row_col_scale_kernel bias_act_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(m, BLOCK_M), cdiv(n, BLOCK_N)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

m = size(20, 33, 48)
n = size(50, 64, 77)


def kernel(
    x_ptr: Array[T, m, n],  #: -3..3, named x_ptr in_ptr X
    row_ptr: Array[tl.float32, n],  #: 0.5..2, named bias_ptr w_ptr row_ptr
    col_ptr: Array[tl.float32, m],  #: 0.5..2, named scale_ptr s_ptr col_ptr
    out_ptr: Array[T, m, n],  #: output, named out_ptr y_ptr Y
    M: int,  #: is m, named M n_rows m
    N: int,  #: is n, named N n_cols n
    stride_xm: int,  #: is n, named stride_xm stride_m x_stride
    stride_ym: int,  #: is n, named stride_ym stride_om y_stride
    BLOCK_M: tl.constexpr,  #: option 8 16 32, named BLOCK_M BM
    BLOCK_N: tl.constexpr,  #: option 16 32 64, named BLOCK_N BN
):
    pid_m = tl.program_id(0)
    pid_n = tl.program_id(1)
    offs_m = pid_m * BLOCK_M + tl.arange(0, BLOCK_M)
    offs_n = pid_n * BLOCK_N + tl.arange(0, BLOCK_N)
    mask_m = offs_m < M
    mask_n = offs_n < N
    #| one of
    mask = mask_m[:, None] & mask_n[None, :]
    x = tl.load(x_ptr + offs_m[:, None] * stride_xm + offs_n[None, :], mask=mask, other=0.0)
    #| or
    offs = offs_m[:, None] * stride_xm + offs_n[None, :]
    mask = (offs_m[:, None] < M) & (offs_n[None, :] < N)
    x = tl.load(x_ptr + offs, mask=mask, other=0.0)
    #| or
    mask = tl.expand_dims(mask_m, 1) & tl.expand_dims(mask_n, 0)
    x = tl.load(x_ptr + tl.expand_dims(offs_m, 1) * stride_xm + tl.expand_dims(offs_n, 0), mask=mask, other=0.0)
    #| end
    x = x.to(tl.float32)
    #| 0.3
    x = fused(x)
    #| end
    #| some of
    bias = tl.load(row_ptr + offs_n, mask=mask_n, other=0.0)
    x = either(
        x + bias[None, :],
        x * bias[None, :],
        x - bias[None, :],
        tl.fma(x, x, tl.broadcast_to(bias[None, :], (BLOCK_M, BLOCK_N))),
    )
    #| and
    scale = tl.load(col_ptr + offs_m, mask=mask_m, other=1.0)
    x = either(x * scale[:, None], x / scale[:, None], x + tl.expand_dims(scale, 1))
    #| end
    #| 0.6
    x = fused(x)
    #| end
    tl.store(
        out_ptr + offs_m[:, None] * stride_ym + offs_n[None, :], either(x, x.to(out_ptr.dtype.element_ty)), mask=mask
    )
