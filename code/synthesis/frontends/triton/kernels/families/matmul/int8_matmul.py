"""Multiplies int8 matrices, and scales the result by rows and columns."""
#: frontend: triton
#: category: matmul
#: names: int8_matmul_kernel w8a8_gemm_kernel scaled_mm_kernel
#: difficulty: 3 4
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(m, BLOCK_M), cdiv(n, BLOCK_N)
#: num_warps: 2 4
#: num_stages: 1 2 3

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

m = size(24, 32, 40)
n = size(32, 48, 33)
k = size(32, 64, 50)


def kernel(
    a_ptr: Array[tl.int8, m, k],  #: -128..127, named a_ptr x_q_ptr
    b_ptr: Array[tl.int8, k, n],  #: -128..127, named b_ptr w_q_ptr
    scale_a_ptr: Array[tl.float32, m],  #: 0.001..0.01, named scale_a_ptr x_scale_ptr
    scale_b_ptr: Array[tl.float32, n],  #: 0.001..0.01, named scale_b_ptr w_scale_ptr
    bias_ptr: Array[tl.float32, n],  #: -1..1, named bias_ptr
    c_ptr: Array[T, m, n],  #: output, named c_ptr out_ptr
    M: int,  #: is m, named M m
    N: int,  #: is n, named N n
    K: int,  #: is k, named K k
    BLOCK_M: tl.constexpr,  #: option 16 32, named BLOCK_M BM
    BLOCK_N: tl.constexpr,  #: option 16 32, named BLOCK_N BN
    BLOCK_K: tl.constexpr,  #: option 32, named BLOCK_K BK
):
    pid_m = tl.program_id(0)
    pid_n = tl.program_id(1)
    offs_m = pid_m * BLOCK_M + tl.arange(0, BLOCK_M)
    offs_n = pid_n * BLOCK_N + tl.arange(0, BLOCK_N)
    #| 0.6
    acc = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.int32)
    for start in range(0, K, BLOCK_K):
        offs_k = start + tl.arange(0, BLOCK_K)
        a = tl.load(
            a_ptr + offs_m[:, None] * K + offs_k[None, :], mask=(offs_m[:, None] < M) & (offs_k[None, :] < K), other=0
        )
        b = tl.load(
            b_ptr + offs_k[:, None] * N + offs_n[None, :], mask=(offs_k[:, None] < K) & (offs_n[None, :] < N), other=0
        )
        #| 0.5
        acc = tl.dot(a, b, acc)
        #| else
        acc += tl.dot(a, b, out_dtype=tl.int32)
        #| end
    y = acc.to(tl.float32)
    #| else
    # the weights alone are 8-bit
    y = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    for start in range(0, K, BLOCK_K):
        offs_k = start + tl.arange(0, BLOCK_K)
        a = tl.load(
            a_ptr + offs_m[:, None] * K + offs_k[None, :], mask=(offs_m[:, None] < M) & (offs_k[None, :] < K), other=0
        ).to(tl.float16)
        b = tl.load(
            b_ptr + offs_k[:, None] * N + offs_n[None, :], mask=(offs_k[:, None] < K) & (offs_n[None, :] < N), other=0
        ).to(tl.float16)
        y = tl.dot(a, b, y)
    #| end
    #| some of
    scale_a = tl.load(scale_a_ptr + offs_m, mask=offs_m < M, other=0.0)
    y = y * scale_a[:, None]
    #| and
    scale_b = tl.load(scale_b_ptr + offs_n, mask=offs_n < N, other=0.0)
    y = either(y * scale_b[None, :], scale_b[None, :] * y)
    #| end
    #| 0.4
    bias = tl.load(bias_ptr + offs_n, mask=offs_n < N, other=0.0)
    y += bias[None, :]
    #| end
    #| 0.5
    y = y * 0.01
    y = fused(y)
    #| end
    mask = (offs_m[:, None] < M) & (offs_n[None, :] < N)
    tl.store(
        c_ptr + offs_m[:, None] * N + offs_n[None, :],
        either(y * 0.01, (y * 0.01).to(c_ptr.dtype.element_ty)),
        mask=mask,
    )
