"""Multiplies two matrices, with the inner dimension split between programs whose results are accumulated."""
#: frontend: triton
#: category: matmul
#: names: split_k_matmul_kernel gemm_split_k_kernel _matmul_splitk
#: difficulty: 4
#: types: T = tl.float16 tl.bfloat16 tl.float32
#: grid: cdiv(m, BLOCK_M) * cdiv(n, BLOCK_N), SPLIT
#: num_warps: 2 4
#: num_stages: 1 2 3

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, size

m = size(32, 40, 24)
n = size(32, 48, 30)
k = size(64, 96, 80)


def kernel(
    a_ptr: Array[T, m, k],  #: -1..1, named a_ptr A
    b_ptr: Array[T, k, n],  #: -1..1, named b_ptr B
    bias_ptr: Array[tl.float32, n],  #: -1..1, named bias_ptr Bias
    row_ptr: Array[tl.float32, m],  #: 0.5..1.5, named scale_ptr a_scale_ptr row_scale_ptr
    c_ptr: Array[tl.float32, m, n],  #: -1..1, inout, named c_ptr C out_ptr
    M: int,  #: is m, named M m
    N: int,  #: is n, named N n
    K: int,  #: is k, named K k
    stride_am: int,  #: is k
    stride_bk: int,  #: is n
    stride_cm: int,  #: is n
    SPLIT: tl.constexpr,  #: option 2 3 4, named SPLIT_K SPLIT
    BLOCK_M: tl.constexpr,  #: option 16 32, named BLOCK_M BLOCK_SIZE_M
    BLOCK_N: tl.constexpr,  #: option 16 32, named BLOCK_N BLOCK_SIZE_N
    BLOCK_K: tl.constexpr,  #: option 16 32, named BLOCK_K BLOCK_SIZE_K
):
    pid = tl.program_id(0)
    pid_k = tl.program_id(1)
    num_n = tl.cdiv(N, BLOCK_N)
    #| 0.7
    pid_m = pid // num_n
    pid_n = either(pid % num_n, pid - pid_m * num_n)
    #| else
    # columns of tiles first
    num_m = tl.cdiv(M, BLOCK_M)
    pid_m = pid % num_m
    pid_n = pid // num_m
    #| end
    offs_m = pid_m * BLOCK_M + tl.arange(0, BLOCK_M)
    offs_n = pid_n * BLOCK_N + tl.arange(0, BLOCK_N)
    acc = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    #| one of
    # every program takes each SPLIT-th block
    for start in range(pid_k * BLOCK_K, K, BLOCK_K * SPLIT):
        offs_k = start + tl.arange(0, BLOCK_K)
        a = tl.load(
            a_ptr + offs_m[:, None] * stride_am + offs_k[None, :],
            mask=(offs_m[:, None] < M) & (offs_k[None, :] < K),
            other=0.0,
        )
        b = tl.load(
            b_ptr + offs_k[:, None] * stride_bk + offs_n[None, :],
            mask=(offs_k[:, None] < K) & (offs_n[None, :] < N),
            other=0.0,
        )
        #| 0.5
        acc = tl.dot(a, b, acc)
        #| else
        acc += tl.dot(a, b)
        #| end
    #| or
    # every program takes a consecutive part
    part = tl.cdiv(tl.cdiv(K, SPLIT), BLOCK_K) * BLOCK_K
    first = pid_k * part
    last = either(min(first + part, K), tl.minimum(first + part, K))
    for start in range(first, last, BLOCK_K):
        offs_k = start + tl.arange(0, BLOCK_K)
        a = tl.load(
            a_ptr + offs_m[:, None] * stride_am + offs_k[None, :],
            mask=(offs_m < M)[:, None] & (offs_k < last)[None, :],
            other=0.0,
        )
        b = tl.load(
            b_ptr + offs_k[:, None] * stride_bk + offs_n[None, :],
            mask=(offs_k < last)[:, None] & (offs_n < N)[None, :],
            other=0.0,
        )
        #| 0.5
        a = either(a * 0.5, tl.maximum(a, 0.0), tl.abs(a), -a).to(b.dtype)
        #| end
        #| 0.5
        acc = tl.dot(a, b, acc)
        #| else
        acc += tl.dot(a, b)
        #| end
    #| end
    #| 0.5
    acc = either(acc * 0.5, acc * 2.0, -acc, acc * 0.125)
    #| end
    #| 0.3
    row_scale = tl.load(row_ptr + offs_m, mask=offs_m < M, other=0.0)
    acc = either(acc * row_scale[:, None], row_scale[:, None] * acc)
    #| end
    #| 0.3
    # only the first program of a split adds the bias
    if pid_k == 0:
        acc += tl.load(bias_ptr + offs_n, mask=offs_n < N, other=0.0)[None, :]
    #| end
    c_ptrs = c_ptr + offs_m[:, None] * stride_cm + offs_n[None, :]
    mask = (offs_m[:, None] < M) & (offs_n[None, :] < N)
    tl.atomic_add(c_ptrs, acc, mask=mask)
