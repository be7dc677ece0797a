"""Multiplies two matrices whose tiles are loaded through tensor descriptors."""
#: frontend: triton
#: category: matmul
#: names: matmul_descriptor_kernel tma_matmul_kernel gemm_tma_kernel
#: difficulty: 4
#: types: T = tl.float16 tl.bfloat16 tl.float32
#: grid: cdiv(m, BLOCK_M), cdiv(n, BLOCK_N)
#: num_warps: 4
#: num_stages: 1 2 3

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

m = size(32, 40, 64)
n = size(32, 48, 64)
k = size(32, 48, 64)


def kernel(
    a_ptr: Array[T, m, k],  #: -1..1, named a_ptr A
    b_ptr: Array[T, k, n],  #: -1..1, named b_ptr B
    c_ptr: Array[T, m, n],  #: output, named c_ptr C
    M: int,  #: is m, named M m
    N: int,  #: is n, named N n
    K: int,  #: is k, named K k
    BLOCK_M: tl.constexpr,  #: option 16 32, named BLOCK_M BM
    BLOCK_N: tl.constexpr,  #: option 16 32, named BLOCK_N BN
    BLOCK_K: tl.constexpr,  #: option 16 32, named BLOCK_K BK
):
    pid_m = tl.program_id(0)
    pid_n = tl.program_id(1)
    a_desc = tl.make_tensor_descriptor(a_ptr, shape=[M, K], strides=[K, 1], block_shape=[BLOCK_M, BLOCK_K])
    b_desc = tl.make_tensor_descriptor(b_ptr, shape=[K, N], strides=[N, 1], block_shape=[BLOCK_K, BLOCK_N])
    #| 0.5
    c_desc = tl.make_tensor_descriptor(c_ptr, shape=[M, N], strides=[N, 1], block_shape=[BLOCK_M, BLOCK_N])
    acc = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    #| one of
    for i in range(tl.cdiv(K, BLOCK_K)):
        a = a_desc.load([pid_m * BLOCK_M, i * BLOCK_K])
        b = b_desc.load([i * BLOCK_K, pid_n * BLOCK_N])
        acc = tl.dot(a, b, acc)
    #| or
    for start in range(0, K, BLOCK_K):
        a = tl.load_tensor_descriptor(a_desc, [pid_m * BLOCK_M, start])
        b = tl.load_tensor_descriptor(b_desc, [start, pid_n * BLOCK_N])
        acc += tl.dot(a, b)
    #| end
    #| 0.6
    #| one of
    acc = fused(acc)
    #| or
    acc = either(tl.maximum(acc, 0.0), tl.where(acc > 0, acc, 0.0), tl.clamp(acc, -1.0, 1.0))
    #| end
    #| end
    c_desc.store([pid_m * BLOCK_M, pid_n * BLOCK_N], acc.to(T))
    #| else
    acc = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    for start in tl.range(0, K, BLOCK_K):
        a = a_desc.load([pid_m * BLOCK_M, start])
        b = b_desc.load([start, pid_n * BLOCK_N])
        #| 0.5
        acc = tl.dot(a, b, acc)
        #| else
        acc += tl.dot(a, b)
        #| end
    #| 0.6
    #| one of
    acc = fused(acc)
    #| or
    acc = either(tl.maximum(acc, 0.0), tl.where(acc > 0, acc, 0.0), tl.clamp(acc, -1.0, 1.0))
    #| end
    #| end
    offs_m = pid_m * BLOCK_M + tl.arange(0, BLOCK_M)
    offs_n = pid_n * BLOCK_N + tl.arange(0, BLOCK_N)
    mask = (offs_m[:, None] < M) & (offs_n[None, :] < N)
    tl.store(c_ptr + offs_m[:, None] * N + offs_n[None, :], either(acc, acc.to(T)), mask=mask)
    #| end
