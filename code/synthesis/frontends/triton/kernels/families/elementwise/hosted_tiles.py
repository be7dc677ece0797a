"""Combines matrices element by element through tensor descriptors made by the host."""
#: frontend: triton
#: category: elementwise
#: names: tile_map_kernel desc_elementwise_kernel tma_copy_kernel tma_elementwise_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16, U = tl.float32 tl.float16
#: grid: cdiv(m, BLOCK_M), cdiv(n, BLOCK_N)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, U, either, fused, size

m = size(16, 24, 40)
n = size(64, 72, 96)


def gelu(x):
    return 0.5 * x * (1.0 + tl.erf(x * 0.7071067811865476))


def silu(x):
    return x * tl.sigmoid(x)


def kernel(
    x_desc: Array[T, m, n],  #: -3..3, blocks BLOCK_M BLOCK_N, named x_desc in_desc desc_x
    y_desc: Array[T, m, n],  #: -3..3, blocks BLOCK_M BLOCK_N, named y_desc other_desc desc_y
    gain_desc: Array[tl.float32, n],  #: 0.5..2, blocks BLOCK_N, named gain_desc w_desc weight_desc
    out_desc: Array[U, m, n],  #: output, blocks BLOCK_M BLOCK_N, named out_desc o_desc desc_out
    t_desc: Array[U, n, m],  #: output, blocks BLOCK_N BLOCK_M, named out_desc t_desc desc_t
    sum_desc: Array[tl.float32, m, n],  #: -1..1, inout, blocks BLOCK_M BLOCK_N, named sum_desc acc_desc
    alpha: float,  #: 0.25..2, usually 0.5 1.5, named alpha scale
    BLOCK_M: tl.constexpr,  #: option 8 16, named BLOCK_M BM ROWS
    BLOCK_N: tl.constexpr,  #: option 16 32, named BLOCK_N BN COLS
):
    #| 0.5
    offs_m = tl.program_id(0) * BLOCK_M
    offs_n = tl.program_id(1) * BLOCK_N
    #| else
    pid_m = tl.program_id(0)
    pid_n = tl.program_id(1)
    offs_m = pid_m * BLOCK_M
    offs_n = pid_n * BLOCK_N
    #| end
    #| 0.5
    x = x_desc.load([offs_m, offs_n]).to(tl.float32)
    #| else
    x = tl.load_tensor_descriptor(x_desc, [offs_m, offs_n]).to(tl.float32)
    #| end
    #| 0.6
    y = y_desc.load([offs_m, offs_n]).to(tl.float32)
    #| 0.5
    x = either(fused(x), silu(x), gelu(x), tl.maximum(x, 0.0))
    #| end
    z = either(x + alpha * y, x * y, alpha * x - y, tl.maximum(x, y), tl.where(x > y, x, alpha * y), x * tl.sigmoid(y))
    #| else
    z = either(silu(x), gelu(x), tl.where(x > 0, x, alpha * x), tl.exp(-tl.abs(x)) + alpha, x * alpha + 1.0)
    #| end
    #| 0.4
    gain = gain_desc.load([offs_n])
    z = either(z * gain[None, :], gain[None, :] * z, z / gain[None, :])
    #| end
    #| 0.5
    z = fused(z)
    #| end
    #| one of
    out_desc.store([offs_m, offs_n], z.to(U))
    #| or
    tl.store_tensor_descriptor(out_desc, [offs_m, offs_n], z.to(out_desc.dtype))
    #| or
    t_desc.store([offs_n, offs_m], either(z.to(U).T, tl.trans(z.to(U))))
    #| or
    # a tile is changed in place
    total = sum_desc.load([offs_m, offs_n])
    sum_desc.store([offs_m, offs_n], either(total + z, total * 0.5 + z, tl.maximum(total, z)))
    #| end
