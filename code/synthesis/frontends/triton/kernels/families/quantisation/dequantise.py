"""Dequantises 8-bit or packed 4-bit integers with a scale for each group."""
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


def nibble(word, place):
    return (word >> (4 * place)) & 0xF


def kernel(
    q_ptr: Array[tl.int8, n],  #: -128..127, named q_ptr w_q_ptr x_ptr
    u_ptr: Array[tl.uint8, n],  #: 0..255, named u_ptr q_ptr codes_ptr
    packed_ptr: Array[tl.int32, n // 8],  #: 0..1000000000, named packed_ptr qweight_ptr
    pairs_ptr: Array[tl.uint8, n // 2],  #: 0..255, named pairs_ptr packed_ptr qweight_ptr
    f8_ptr: Array[tl.float8e4nv, n],  #: -4..4, named f8_ptr fp8_ptr
    book_ptr: Array[tl.float32, 16],  #: -1..1, named code_ptr lut_ptr codebook_ptr
    s_ptr: Array[T, cdiv(n, g)],  #: 0.01..0.1, named s_ptr scales_ptr
    s8_ptr: Array[tl.int8, cdiv(n, g)],  #: 1..127, named s8_ptr scales_q_ptr
    top_ptr: Array[tl.float32, 1],  #: 0.001..0.01, named top_ptr absmax_ptr scale2_ptr
    z_ptr: Array[tl.int32, cdiv(n, g)],  #: 0..15, named z_ptr zeros_ptr
    low_ptr: Array[T, cdiv(n, g)],  #: -1..1, named min_ptr low_ptr offset_ptr
    add_ptr: Array[T, n],  #: -2..2, named residual_ptr bias_ptr lora_ptr
    mul_ptr: Array[T, n],  #: 0.5..1.5, named weight_ptr gate_ptr x_ptr
    out_ptr: Array[T, n],  #: output, named out_ptr w_ptr y_ptr
    sum_ptr: Array[tl.float32, cdiv(n, BLOCK)],  #: output, named sum_ptr partial_ptr dot_ptr
    n: int,  #: is n, named n_elements N
    g: int,  #: is g, named group_size GROUP
    BLOCK: tl.constexpr,  #: option 64 128, named BLOCK_SIZE BLOCK
    HALF: tl.constexpr,  #: is BLOCK // 2, named HALF PAIRS
    HAS_ZERO: tl.constexpr,  #: option True False, named HAS_ZERO HAS_ZP ASYMMETRIC
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    #| 0.8
    group = offs // g
    #| one of
    scale = tl.load(s_ptr + group, mask=mask, other=0.0).to(tl.float32)
    #| or
    scale = either(tl.load(s_ptr + group, mask=mask, other=1.0), tl.load(s_ptr + group, mask=mask, other=0))
    scale = scale.to(tl.float32)
    #| or
    # scales that are quantised themselves
    scale = tl.load(s8_ptr + group, mask=mask, other=0).to(tl.float32)
    scale = either(scale * tl.load(top_ptr), tl.load(top_ptr) * scale)
    #| end
    #| one of
    q = tl.load(q_ptr + offs, mask=mask, other=0)
    #| 0.3
    if HAS_ZERO:
        zero = tl.load(z_ptr + group, mask=mask, other=0)
        y = either((q.to(tl.int32) - zero).to(tl.float32) * scale, (q.to(tl.float32) - zero.to(tl.float32)) * scale)
    else:
        y = either(q.to(tl.float32) * scale, scale * q.to(tl.float32))
    #| else
    y = either(q.to(tl.float32) * scale, scale * q.to(tl.float32), q * scale)
    #| end
    #| or
    zero = tl.load(z_ptr + group, mask=mask, other=0)
    #| 0.5
    q = either(
        tl.load(q_ptr + offs, mask=mask, other=0).to(tl.int32), tl.load(u_ptr + offs, mask=mask, other=0).to(tl.int32)
    )
    #| else
    q = either(
        tl.load(u_ptr + offs, mask=mask, other=128), tl.load(u_ptr + offs, mask=mask), tl.load(q_ptr + offs, mask=mask)
    )
    q = q.to(tl.int32)
    #| end
    y = either((q - zero).to(tl.float32) * scale, (q.to(tl.float32) - zero.to(tl.float32)) * scale,
               q.to(tl.float32) * scale - zero.to(tl.float32) * scale, scale * (q - zero))  # fmt: skip
    #| or
    # a scale and a smallest value for each group
    low = tl.load(low_ptr + group, mask=mask, other=0.0).to(tl.float32)
    q = either(
        tl.load(u_ptr + offs, mask=mask, other=0).to(tl.float32),
        tl.load(q_ptr + offs, mask=mask, other=0).to(tl.float32),
    )
    y = either(q * scale + low, low + q * scale, tl.fma(q, scale, low), (q + 0.5) * scale + low)
    #| or
    # 8-bit floating point
    q = either(tl.load(f8_ptr + offs, mask=mask, other=0.0), tl.load(f8_ptr + offs, mask=mask))
    y = either(q.to(tl.float32) * scale, scale * q.to(tl.float32), q.to(tl.float16).to(tl.float32) * scale)
    #| or
    # eight 4-bit numbers in each word
    word = either(
        tl.load(packed_ptr + offs // 8, mask=mask, other=0), tl.load(packed_ptr + (offs >> 3), mask=mask, other=0)
    )
    q = either((word >> ((offs % 8) * 4)) & 0xF, (word >> (4 * (offs & 7))) & 15, nibble(word, offs % 8),
               nibble(word, offs & 7), (word >> ((offs & 7) << 2)) & 0xF)  # fmt: skip
    #| one of
    zero = tl.load(z_ptr + group, mask=mask, other=8)
    y = either((q - zero).to(tl.float32) * scale, (q.to(tl.float32) - zero.to(tl.float32)) * scale, scale * (q - zero))
    #| or
    y = either((q - 8).to(tl.float32) * scale, (q.to(tl.float32) - 8.0) * scale, scale * (q - 8))
    #| or
    # a signed number
    q = either(tl.where(q >= 8, q - 16, q), (q ^ 8) - 8, tl.where(q < 8, q, q - 16), (q << 28) >> 28)
    y = either(q.to(tl.float32) * scale, scale * q.to(tl.float32), q * scale)
    #| or
    code = tl.load(book_ptr + q, mask=mask, other=0.0)
    y = either(code * scale, scale * code)
    #| or
    low = tl.load(low_ptr + group, mask=mask, other=0.0).to(tl.float32)
    y = either(q.to(tl.float32) * scale + low, low + scale * q.to(tl.float32), tl.fma(q.to(tl.float32), scale, low))
    #| end
    #| or
    # two 4-bit numbers in each byte
    byte = either(
        tl.load(pairs_ptr + offs // 2, mask=mask, other=0), tl.load(pairs_ptr + (offs >> 1), mask=mask, other=0)
    )
    byte = byte.to(tl.int32)
    #| 0.6
    q = either(tl.where(offs % 2 == 0, byte & 0xF, byte >> 4), (byte >> (4 * (offs % 2))) & 0xF, nibble(byte, offs % 2),
               tl.where((offs & 1) == 1, byte >> 4, byte & 15), (byte >> ((offs & 1) * 4)) & 15)  # fmt: skip
    #| else
    # the first of a pair is in the high bits
    q = either(
        tl.where(offs % 2 == 0, byte >> 4, byte & 0xF), (byte >> (4 - 4 * (offs % 2))) & 0xF, nibble(byte, 1 - offs % 2)
    )
    #| end
    #| one of
    code = tl.load(book_ptr + q, mask=mask, other=0.0)
    y = either(code * scale, scale * code)
    #| or
    y = either((q - 8).to(tl.float32) * scale, (q.to(tl.float32) - 8.0) * scale, scale * (q - 8))
    #| or
    zero = tl.load(z_ptr + group, mask=mask, other=0)
    y = either((q - zero).to(tl.float32) * scale, scale * (q - zero), (q - zero - 1).to(tl.float32) * scale)
    #| or
    q = either(tl.where(q >= 8, q - 16, q), (q ^ 8) - 8, tl.where(q > 7, q - 16, q))
    y = either(q.to(tl.float32) * scale, scale * q)
    #| end
    #| end
    #| else
    # both numbers of each byte, side by side
    at = either(pid * HALF + tl.arange(0, HALF), tl.arange(0, HALF) + pid * HALF)
    byte = either(tl.load(pairs_ptr + at, mask=at < n // 2, other=0), tl.load(pairs_ptr + at, mask=2 * at < n, other=0))
    #| one of
    first = (byte & 0xF).to(tl.float32)
    second = (byte >> 4).to(tl.float32)
    #| or
    byte = byte.to(tl.int32)
    first = either((byte & 15).to(tl.float32), (byte & 0xF) * 1.0)
    second = either(((byte >> 4) & 0xF).to(tl.float32), (byte >> 4) * 1.0)
    #| end
    #| 0.7
    first = either(first - 8.0, first - 7.5, first * 2.0 - 15.0)
    second = either(second - 8.0, second - 7.5, second * 2.0 - 15.0)
    #| end
    y = either(
        tl.interleave(first, second), tl.reshape(tl.join(first, second), (BLOCK,)), tl.ravel(tl.join(first, second))
    )
    scale = either(tl.load(s_ptr + offs // g, mask=mask, other=0.0), tl.load(s_ptr + offs // g, mask=mask, other=1.0))
    y = either(y * scale.to(tl.float32), scale.to(tl.float32) * y)
    #| 0.3
    low = tl.load(low_ptr + offs // g, mask=mask, other=0.0).to(tl.float32)
    y = either(y + low, low + y)
    #| end
    #| end
    #| 0.6
    #| some of
    y = fused(y)
    #| and
    more = tl.load(add_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    y = either(y + more, more + y, y - more)
    #| and
    weight = tl.load(mul_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    y = either(y * weight, weight * y)
    #| end
    #| end
    #| 0.85
    tl.store(out_ptr + offs, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
    #| else
    # the product with a vector
    x = tl.load(mul_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    total = either(
        tl.sum(tl.where(mask, y * x, 0.0)),
        tl.sum(tl.where(mask, x * y, 0.0), axis=0),
        tl.sum(tl.where(mask, x * y, 0.0), 0),
    )
    tl.store(sum_ptr + pid, total)
    #| end
