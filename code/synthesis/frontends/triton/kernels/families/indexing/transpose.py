"""Transposes a matrix in tiles."""
#: frontend: triton
#: category: indexing
#: names: transpose_kernel permute_copy_kernel transpose_tile_kernel
#: difficulty: 2
#: types: T = tl.float32 tl.float16 tl.int32
#: grid: cdiv(m, BLOCK_M), cdiv(n, BLOCK_N)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, size

m = size(30, 48, 64)
n = size(40, 50, 32)


def kernel(
    x_ptr: Array[T, m, n],  #: -20..20, named x_ptr in_ptr
    out_ptr: Array[T, n, m],  #: output, named out_ptr y_ptr
    M: int,  #: is m, named M m
    N: int,  #: is n, named N n
    stride_x: int,  #: is n, named stride_xm stride_in
    stride_y: int,  #: is m, named stride_ym stride_out
    BLOCK_M: tl.constexpr,  #: option 16 32, named BLOCK_M BM
    BLOCK_N: tl.constexpr,  #: option 16 32, named BLOCK_N BN
):
    pid_m = tl.program_id(0)
    pid_n = tl.program_id(1)
    offs_m = pid_m * BLOCK_M + tl.arange(0, BLOCK_M)
    offs_n = pid_n * BLOCK_N + tl.arange(0, BLOCK_N)
    #| one of
    mask = (offs_m[:, None] < M) & (offs_n[None, :] < N)
    x = tl.load(x_ptr + offs_m[:, None] * stride_x + offs_n[None, :], mask=mask, other=0)
    #| 0.6
    x = either(
        -x, x + x, tl.where(x > 0, x, -x), tl.maximum(x, 0), tl.where(offs_m[:, None] >= offs_n[None, :], x, -x), x * x
    )
    #| end
    #| one of
    y = either(tl.trans(x), x.T, tl.permute(x, (1, 0)), tl.trans(x, 1, 0))
    tl.store(
        out_ptr + offs_n[:, None] * stride_y + offs_m[None, :], y, mask=(offs_n[:, None] < N) & (offs_m[None, :] < M)
    )
    #| or
    tl.store(out_ptr + offs_n[None, :] * stride_y + offs_m[:, None], x, mask=mask)
    #| end
    #| or
    # read in the order of the output
    mask = (offs_n[:, None] < N) & (offs_m[None, :] < M)
    y = tl.load(x_ptr + offs_m[None, :] * stride_x + offs_n[:, None], mask=mask, other=0)
    #| 0.6
    y = either(
        -y, y + y, tl.where(y > 0, y, -y), tl.minimum(y, 5), tl.where(offs_m[None, :] == offs_n[:, None], y + y, y)
    )
    #| end
    tl.store(out_ptr + offs_n[:, None] * stride_y + offs_m[None, :], y, mask=mask)
    #| end
