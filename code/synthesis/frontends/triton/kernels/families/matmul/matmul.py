"""Multiplies two matrices in tiles."""
#: frontend: triton
#: category: matmul
#: names: matmul_kernel gemm_kernel _matmul mm_kernel
#: difficulty: 3 4
#: types: T = tl.float16 tl.bfloat16 tl.float32
#: grid: cdiv(m, BLOCK_M) * cdiv(n, BLOCK_N)
#: num_warps: 2 4 8
#: num_stages: 1 2 3 4

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

m = size(40, 64, 50)
n = size(48, 33, 64)
k = size(32, 50, 64)


def kernel(
    a_ptr: Array[T, m, k],  #: -1..1, named a_ptr A x_ptr
    b_ptr: Array[T, k, n],  #: -1..1, named b_ptr B w_ptr
    bias_ptr: Array[T, n],  #: -1..1, named bias_ptr bias
    c_ptr: Array[T, m, n],  #: output, named c_ptr C out_ptr
    M: int,  #: is m, named M m
    N: int,  #: is n, named N n
    K: int,  #: is k, named K k
    stride_am: int,  #: is k
    stride_bk: int,  #: is n
    stride_cm: int,  #: is n
    BLOCK_M: tl.constexpr,  #: option 16 32, named BLOCK_M BLOCK_SIZE_M BM
    BLOCK_N: tl.constexpr,  #: option 16 32, named BLOCK_N BLOCK_SIZE_N BN
    BLOCK_K: tl.constexpr,  #: option 16 32, named BLOCK_K BLOCK_SIZE_K BK
    GROUP: tl.constexpr,  #: option 2 4 8, named GROUP_M GROUP_SIZE_M
):
    pid = tl.program_id(0)
    num_pid_m = tl.cdiv(M, BLOCK_M)
    num_pid_n = tl.cdiv(N, BLOCK_N)
    #| one of
    pid_m = pid // num_pid_n
    pid_n = pid % num_pid_n
    #| or
    pid_m = pid % num_pid_m
    pid_n = pid // num_pid_m
    #| or
    # group programs that share rows of B
    num_pid_in_group = GROUP * num_pid_n
    group_id = pid // num_pid_in_group
    first_pid_m = group_id * GROUP
    group_size = min(num_pid_m - first_pid_m, GROUP)
    pid_m = first_pid_m + (pid % num_pid_in_group) % group_size
    pid_n = (pid % num_pid_in_group) // group_size
    #| end
    offs_m = pid_m * BLOCK_M + tl.arange(0, BLOCK_M)
    offs_n = pid_n * BLOCK_N + tl.arange(0, BLOCK_N)
    offs_k = tl.arange(0, BLOCK_K)
    a_ptrs = a_ptr + offs_m[:, None] * stride_am + offs_k[None, :]
    b_ptrs = b_ptr + offs_k[:, None] * stride_bk + offs_n[None, :]
    acc = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    #| one of
    for i in range(0, tl.cdiv(K, BLOCK_K)):
        a = tl.load(a_ptrs, mask=(offs_m[:, None] < M) & (offs_k[None, :] < K - i * BLOCK_K), other=0.0)
        b = tl.load(b_ptrs, mask=(offs_k[:, None] < K - i * BLOCK_K) & (offs_n[None, :] < N), other=0.0)
        #| one of
        acc = tl.dot(a, b, acc)
        #| or
        acc += tl.dot(a, b)
        #| end
        a_ptrs += BLOCK_K
        b_ptrs += BLOCK_K * stride_bk
    #| or
    for start in range(0, K, BLOCK_K):
        mask_k = start + offs_k < K
        a = tl.load(a_ptrs + start, mask=(offs_m[:, None] < M) & mask_k[None, :], other=0.0)
        b = tl.load(b_ptrs + start * stride_bk, mask=mask_k[:, None] & (offs_n[None, :] < N), other=0.0)
        #| one of
        acc = tl.dot(a, b, acc)
        #| or
        acc += tl.dot(a, b)
        #| end
    #| end
    #| 0.5
    bias = tl.load(bias_ptr + offs_n, mask=offs_n < N, other=0.0)
    acc += bias[None, :]
    #| end
    #| 0.6
    #| one of
    acc = fused(acc)
    #| or
    acc = either(tl.maximum(acc, 0.0), tl.where(acc > 0, acc, 0.0), tl.clamp(acc, -1.0, 1.0))
    #| end
    #| end
    c_ptrs = c_ptr + offs_m[:, None] * stride_cm + offs_n[None, :]
    mask = (offs_m[:, None] < M) & (offs_n[None, :] < N)
    tl.store(c_ptrs, either(acc, acc.to(c_ptr.dtype.element_ty)), mask=mask)
