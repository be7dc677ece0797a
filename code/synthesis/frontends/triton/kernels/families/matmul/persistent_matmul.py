"""Multiplies two matrices with a fixed number of persistent programs, each of which computes several tiles."""
#: frontend: triton
#: category: matmul
#: names: matmul_persistent_kernel persistent_gemm_kernel
#: difficulty: 4 5
#: types: T = tl.float16 tl.bfloat16 tl.float32
#: grid: programs
#: num_warps: 2 4
#: num_stages: 1 2 3

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

programs = size(2, 3)
m = size(48, 64, 40)
n = size(32, 48, 50)
k = size(32, 64, 40)


def compute_pid(tile, num_m, num_n, GROUP: tl.constexpr):
    in_group = GROUP * num_n
    first_m = (tile // in_group) * GROUP
    size_m = min(num_m - first_m, GROUP)
    pid_m = first_m + tile % size_m
    pid_n = (tile % in_group) // size_m
    return pid_m, pid_n


def kernel(
    a_ptr: Array[T, m, k],  #: -1..1, named a_ptr A
    b_ptr: Array[T, k, n],  #: -1..1, named b_ptr B
    c_ptr: Array[T, m, n],  #: output, named c_ptr C
    M: int,  #: is m, named M m
    N: int,  #: is n, named N n
    K: int,  #: is k, named K k
    stride_am: int,  #: is k
    stride_bk: int,  #: is n
    stride_cm: int,  #: is n
    BLOCK_M: tl.constexpr,  #: option 16 32, named BLOCK_M BLOCK_SIZE_M
    BLOCK_N: tl.constexpr,  #: option 16 32, named BLOCK_N BLOCK_SIZE_N
    BLOCK_K: tl.constexpr,  #: option 16 32, named BLOCK_K BLOCK_SIZE_K
    GROUP: tl.constexpr,  #: option 2 4, named GROUP_SIZE_M GROUP_M
):
    pid = tl.program_id(0)
    num_m = tl.cdiv(M, BLOCK_M)
    num_n = tl.cdiv(N, BLOCK_N)
    #| 0.5
    tiles = num_m * num_n
    for tile in range(pid, tiles, tl.num_programs(0)):
        #| one of
        pid_m = tile // num_n
        pid_n = tile % num_n
        #| or
        pid_m, pid_n = compute_pid(tile, num_m, num_n, GROUP)
        #| or
        pid_m, pid_n = tl.swizzle2d(tile // num_n, tile % num_n, num_m, num_n, GROUP)
        #| end
        offs_m = pid_m * BLOCK_M + tl.arange(0, BLOCK_M)
        offs_n = pid_n * BLOCK_N + tl.arange(0, BLOCK_N)
        acc = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
        for i in range(tl.cdiv(K, BLOCK_K)):
            offs_k = i * BLOCK_K + tl.arange(0, BLOCK_K)
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
        #| 0.5
        #| one of
        acc = fused(acc)
        #| or
        acc = either(tl.maximum(acc, 0.0), tl.where(acc > 0, acc, 0.0), tl.clamp(acc, -1.0, 1.0))
        #| end
        #| end
        mask = (offs_m[:, None] < M) & (offs_n[None, :] < N)
        tl.store(
            c_ptr + offs_m[:, None] * stride_cm + offs_n[None, :],
            either(acc, acc.to(c_ptr.dtype.element_ty)),
            mask=mask,
        )
    #| else
    # each program walks down a column of tiles
    for pid_n in range(pid, num_n, tl.num_programs(0)):
        offs_n = pid_n * BLOCK_N + tl.arange(0, BLOCK_N)
        for pid_m in range(num_m):
            offs_m = pid_m * BLOCK_M + tl.arange(0, BLOCK_M)
            acc = tl.zeros([BLOCK_M, BLOCK_N], dtype=tl.float32)
            for start in range(0, K, BLOCK_K):
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
                acc = tl.dot(a, b, acc)
            #| 0.6
            #| one of
            acc = fused(acc)
            #| or
            acc = either(tl.maximum(acc, 0.0), tl.where(acc > 0, acc, 0.0), tl.clamp(acc, -1.0, 1.0))
            #| end
            #| end
            mask = (offs_m < M)[:, None] & (offs_n < N)[None, :]
            tl.store(c_ptr + offs_m[:, None] * stride_cm + offs_n[None, :], acc, mask=mask)
    #| end
