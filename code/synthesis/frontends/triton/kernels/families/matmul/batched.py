"""Multiplies a batch of matrices, the second possibly transposed."""
#: frontend: triton
#: category: matmul
#: names: bmm_kernel batched_matmul_kernel qk_kernel
#: difficulty: 3
#: types: T = tl.float16 tl.float32 tl.bfloat16
#: grid: cdiv(m, BLOCK_M), cdiv(n, BLOCK_N), batch
#: num_warps: 2 4
#: num_stages: 1 2 3

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

batch = size(2, 3)
m = size(20, 32, 40)
n = size(24, 32, 33)
k = size(16, 32, 20)


def kernel(
    a_ptr: Array[T, batch, m, k],  #: -1..1, named a_ptr A q_ptr
    b_ptr: Array[T, batch, n, k],  #: -1..1, named b_ptr B k_ptr
    c_ptr: Array[T, batch, m, n],  #: output, named c_ptr C out_ptr
    M: int,  #: is m, named M m
    N: int,  #: is n, named N n
    K: int,  #: is k, named K k
    stride_ab: int,  #: is m * k
    stride_am: int,  #: is k
    stride_bb: int,  #: is n * k
    stride_bn: int,  #: is k
    stride_cb: int,  #: is m * n
    stride_cm: int,  #: is n
    scale: float,  #: 0.1..1, usually 0.125 0.25, named scale sm_scale alpha
    BLOCK_M: tl.constexpr,  #: option 16 32, named BLOCK_M BM
    BLOCK_N: tl.constexpr,  #: option 16 32, named BLOCK_N BN
    BLOCK_K: tl.constexpr,  #: option 16 32, named BLOCK_K BK
):
    pid_m = tl.program_id(0)
    pid_n = tl.program_id(1)
    pid_b = tl.program_id(2)
    #| 0.5
    a_ptr += pid_b * stride_ab
    b_ptr += pid_b * stride_bb
    c_ptr += pid_b * stride_cb
    #| else
    a_ptr = a_ptr + pid_b * stride_ab
    b_ptr = b_ptr + pid_b * stride_bb
    c_ptr = c_ptr + pid_b * stride_cb
    #| end
    offs_m = pid_m * BLOCK_M + tl.arange(0, BLOCK_M)
    offs_n = pid_n * BLOCK_N + tl.arange(0, BLOCK_N)
    acc = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    for start in range(0, K, BLOCK_K):
        offs_k = start + tl.arange(0, BLOCK_K)
        a = tl.load(
            a_ptr + offs_m[:, None] * stride_am + offs_k[None, :],
            mask=(offs_m[:, None] < M) & (offs_k[None, :] < K),
            other=0.0,
        )
        #| one of
        b = tl.load(
            b_ptr + offs_n[None, :] * stride_bn + offs_k[:, None],
            mask=(offs_n[None, :] < N) & (offs_k[:, None] < K),
            other=0.0,
        )
        acc += tl.dot(a, b)
        #| or
        b = tl.load(
            b_ptr + offs_n[:, None] * stride_bn + offs_k[None, :],
            mask=(offs_n[:, None] < N) & (offs_k[None, :] < K),
            other=0.0,
        )
        acc = either(tl.dot(a, tl.trans(b), acc), tl.dot(a, b.T, acc), tl.dot(a, tl.permute(b, (1, 0)), acc))
        #| end
    #| 0.6
    acc = either(acc * scale, acc / scale)
    #| end
    #| 0.5
    #| one of
    acc = fused(acc)
    #| or
    acc = either(tl.maximum(acc, 0.0), tl.where(acc > 0, acc, 0.0), tl.clamp(acc, -1.0, 1.0))
    #| end
    #| end
    mask = (offs_m[:, None] < M) & (offs_n[None, :] < N)
    tl.store(
        c_ptr + offs_m[:, None] * stride_cm + offs_n[None, :], either(acc, acc.to(c_ptr.dtype.element_ty)), mask=mask
    )
