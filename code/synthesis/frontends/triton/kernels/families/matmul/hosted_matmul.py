"""Multiplies two matrices through tensor descriptors made by the host."""
#: frontend: triton
#: category: matmul
#: names: matmul_kernel_tma matmul_tma_kernel gemm_host_desc_kernel matmul_desc_kernel
#: difficulty: 3 4
#: types: T = tl.float16 tl.bfloat16 tl.float32
#: grid: cdiv(m, BLOCK_M) * cdiv(n, BLOCK_N)
#: num_warps: 4
#: num_stages: 1 2 3

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

m = size(32, 40, 64)
n = size(32, 48, 56)
k = size(32, 48, 72)


def kernel(
    a_desc: Array[T, m, k],  #: -1..1, blocks BLOCK_M BLOCK_K, named a_desc A_desc desc_a
    b_desc: Array[T, k, n],  #: -1..1, blocks BLOCK_K BLOCK_N, named b_desc B_desc desc_b
    bt_desc: Array[T, n, k],  #: -1..1, blocks BLOCK_N BLOCK_K, named b_desc B_desc desc_b
    bias_desc: Array[tl.float32, n],  #: -1..1, blocks BLOCK_N, named bias_desc desc_bias
    r_desc: Array[T, m, n],  #: -1..1, blocks BLOCK_M BLOCK_N, named residual_desc r_desc desc_r
    c_desc: Array[T, m, n],  #: output, blocks BLOCK_M BLOCK_N, named c_desc C_desc desc_c
    N: int,  #: is n, named N n
    K: int,  #: is k, named K k
    BLOCK_M: tl.constexpr,  #: option 16 32, named BLOCK_M BM BLOCK_SIZE_M
    BLOCK_N: tl.constexpr,  #: option 16 32, named BLOCK_N BN BLOCK_SIZE_N
    BLOCK_K: tl.constexpr,  #: option 16 32, named BLOCK_K BK BLOCK_SIZE_K
):
    pid = tl.program_id(0)
    #| one of
    num_n = tl.cdiv(N, BLOCK_N)
    #| or
    num_n = tl.cdiv(c_desc.shape[1], BLOCK_N)
    #| end
    #| 0.5
    pid_m = pid // num_n
    pid_n = pid % num_n
    offs_m = pid_m * BLOCK_M
    offs_n = pid_n * BLOCK_N
    #| else
    offs_m = (pid // num_n) * BLOCK_M
    offs_n = (pid % num_n) * BLOCK_N
    #| end
    acc = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    #| one of
    for i in range(tl.cdiv(K, BLOCK_K)):
        a = a_desc.load([offs_m, i * BLOCK_K])
        #| one of
        b = b_desc.load([i * BLOCK_K, offs_n])
        #| or
        b = either(bt_desc.load([offs_n, i * BLOCK_K]).T, tl.trans(bt_desc.load([offs_n, i * BLOCK_K])))
        #| end
        acc = tl.dot(a, b, acc)
    #| or
    for start in either(range(0, K, BLOCK_K), range(0, a_desc.shape[1], BLOCK_K)):
        a = tl.load_tensor_descriptor(a_desc, [offs_m, start])
        #| one of
        b = tl.load_tensor_descriptor(b_desc, [start, offs_n])
        acc += either(tl.dot(a, b), tl.dot(b.T, a.T).T)
        #| or
        b = tl.load_tensor_descriptor(bt_desc, [offs_n, start])
        acc += either(tl.dot(a, b.T), tl.dot(a, tl.trans(b)))
        #| end
    #| end
    #| 0.6
    #| some of
    bias = bias_desc.load([offs_n])
    acc = either(acc + bias[None, :], bias[None, :] + acc)
    #| and
    acc = fused(acc)
    #| and
    acc = either(tl.maximum(acc, 0.0), tl.where(acc > 0, acc, 0.01 * acc), acc * tl.sigmoid(acc))
    #| and
    r = r_desc.load([offs_m, offs_n]).to(tl.float32)
    acc = either(acc + r, r - acc, acc * r)
    #| end
    #| end
    #| 0.5
    c_desc.store([offs_m, offs_n], acc.to(T))
    #| else
    tl.store_tensor_descriptor(c_desc, [offs_m, offs_n], either(acc.to(T), acc.to(c_desc.dtype)))
    #| end
