"""Restores numbers from 8-bit or packed 4-bit integers with a scale for each group."""
#: frontend: triton
#: category: quantisation
#: names: dequantize_kernel int4_dequant_kernel group_dequant_kernel unpack_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

n = size(256, 512, 640)
g = size(32, 64)


def kernel(
    q_ptr: Array[tl.int8, n],  #: -128..127, named q_ptr w_q_ptr x_ptr
    packed_ptr: Array[tl.int32, n // 8],  #: 0..1000000000, named packed_ptr qweight_ptr
    s_ptr: Array[T, cdiv(n, g)],  #: 0.01..0.1, named s_ptr scales_ptr
    z_ptr: Array[tl.int32, cdiv(n, g)],  #: 0..15, named z_ptr zeros_ptr
    out_ptr: Array[T, n],  #: output, named out_ptr w_ptr y_ptr
    n: int,  #: is n, named n_elements N
    g: int,  #: is g, named group_size GROUP
    BLOCK: tl.constexpr,  #: option 64 128, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    group = offs // g
    scale = tl.load(s_ptr + group, mask=mask, other=0.0).to(tl.float32)
    #| one of
    q = tl.load(q_ptr + offs, mask=mask, other=0)
    y = either(q.to(tl.float32) * scale, scale * q.to(tl.float32))
    #| or
    zero = tl.load(z_ptr + group, mask=mask, other=0)
    q = tl.load(q_ptr + offs, mask=mask, other=0).to(tl.int32)
    y = either((q - zero).to(tl.float32) * scale, (q.to(tl.float32) - zero.to(tl.float32)) * scale)
    #| or
    # eight numbers of 4 bits in each word
    word = tl.load(packed_ptr + offs // 8, mask=mask, other=0)
    q = either((word >> ((offs % 8) * 4)) & 0xF, (word >> (4 * (offs & 7))) & 15)
    #| 0.5
    zero = tl.load(z_ptr + group, mask=mask, other=8)
    y = (q - zero).to(tl.float32) * scale
    #| else
    y = either((q - 8).to(tl.float32) * scale, (q.to(tl.float32) - 8.0) * scale)
    #| end
    #| end
    #| 0.4
    y = fused(y)
    #| end
    tl.store(out_ptr + offs, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
