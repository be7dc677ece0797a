"""Rotates pairs of features by angles that depend on the position."""
#: frontend: triton
#: category: attention
#: names: rotary_kernel rope_kernel apply_rotary_emb_kernel _rope_forward
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: seq, heads

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

seq = size(6, 9, 12)
heads = size(2, 3)
half = size(16, 20, 32)


def kernel(
    x_ptr: Array[T, seq, heads, 2 * half],  #: -2..2, named x_ptr q_ptr X
    cos_ptr: Array[tl.float32, seq, half],  #: -1..1, named cos_ptr COS
    sin_ptr: Array[tl.float32, seq, half],  #: -1..1, named sin_ptr SIN
    pos_ptr: Array[tl.int32, seq],  #: 0..5, named pos_ptr position_ids
    w_ptr: Array[T, 2 * half],  #: 0.5..1.5, named w_ptr norm_weight_ptr q_scale_ptr
    more_ptr: Array[T, seq, heads, 2 * half],  #: -1..1, named bias_ptr more_ptr add_ptr
    out_ptr: Array[T, seq, heads, 2 * half],  #: output, named out_ptr y_ptr
    stride_s: int,  #: is heads * 2 * half, named stride_s stride_seq
    stride_h: int,  #: is 2 * half, named stride_h stride_head
    half: int,  #: is half, named half_dim rotary_dim
    scale: float,  #: 0.5..2, usually 0.5 0.125, named scale softmax_scale attn_factor
    eps: float,  #: 0.001..0.1, usually 1e-6 1e-5, named eps
    BACKWARD: tl.constexpr,  #: option True False, named BACKWARD CONJUGATE
    BLOCK: tl.constexpr,  #: is next_power_of_2(half), named BLOCK_SIZE BLOCK_HALF
):
    pos = tl.program_id(0)
    head = tl.program_id(1)
    cols = tl.arange(0, BLOCK)
    mask = cols < half
    #| 0.7
    base = either(pos * stride_s + head * stride_h, head * stride_h + pos * stride_s)
    #| else
    x_ptr += pos * stride_s
    out_ptr += pos * stride_s
    base = head * stride_h
    #| end
    #| 0.6
    cos = tl.load(cos_ptr + pos * half + cols, mask=mask, other=1.0)
    sin = tl.load(sin_ptr + pos * half + cols, mask=mask, other=0.0)
    #| else
    place = tl.load(pos_ptr + pos)
    #| 0.5
    cos = tl.load(cos_ptr + place * half + cols, mask=mask, other=1.0)
    sin = tl.load(sin_ptr + place * half + cols, mask=mask, other=0.0)
    #| else
    # angles from frequencies
    freq = tl.exp2(-13.287712379549449 * cols.to(tl.float32) / half)
    angle = either(place.to(tl.float32) * freq, freq * place, place * freq)
    cos = tl.cos(angle)
    sin = tl.sin(angle)
    #| end
    #| end
    #| 0.3
    if BACKWARD:
        sin = -sin
    #| end
    #| 0.6
    first = tl.load(x_ptr + base + cols, mask=mask, other=0.0).to(tl.float32)
    second = tl.load(x_ptr + base + half + cols, mask=mask, other=0.0).to(tl.float32)
    #| 0.7
    #| some of
    first = fused(first)
    second = fused(second)
    #| and
    # norm of the queries
    size = either(
        tl.sum(first * first, axis=0) + tl.sum(second * second, axis=0), tl.sum(first * first + second * second)
    )
    norm = either(tl.rsqrt(size / (2 * half) + eps), 1.0 / tl.sqrt(size / (2 * half) + eps), tl.rsqrt(size + eps))
    first = either(first * norm, norm * first)
    second = either(second * norm, norm * second)
    #| and
    first = first * tl.load(w_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    second = second * tl.load(w_ptr + half + cols, mask=mask, other=0.0).to(tl.float32)
    #| and
    first = either(first * scale, scale * first)
    second = either(second * scale, scale * second)
    #| end
    #| end
    y1 = either(first * cos - second * sin, cos * first - sin * second, tl.fma(first, cos, -second * sin))
    y2 = either(second * cos + first * sin, first * sin + second * cos, tl.fma(second, cos, first * sin))
    #| 0.25
    #| one of
    y1 += tl.load(more_ptr + pos * stride_s + head * stride_h + cols, mask=mask, other=0.0).to(tl.float32)
    #| or
    y1 = fused(y1)
    #| or
    y2 = fused(y2)
    #| or
    y1 = either(y1 * scale, y1 / scale)
    y2 = either(y2 * scale, y2 / scale)
    #| end
    #| end
    tl.store(out_ptr + base + cols, either(y1, y1.to(out_ptr.dtype.element_ty)), mask=mask)
    tl.store(out_ptr + base + half + cols, either(y2, y2.to(out_ptr.dtype.element_ty)), mask=mask)
    #| else
    # neighbouring features are a pair
    even = tl.load(x_ptr + base + 2 * cols, mask=mask, other=0.0).to(tl.float32)
    odd = tl.load(x_ptr + base + 2 * cols + 1, mask=mask, other=0.0).to(tl.float32)
    #| 0.6
    #| some of
    even = fused(even)
    #| and
    size = either(tl.sum(even * even, axis=0) + tl.sum(odd * odd, axis=0), tl.sum(even * even + odd * odd, axis=0))
    norm = either(tl.rsqrt(size / (2 * half) + eps), 1.0 / tl.sqrt(size / (2 * half) + eps))
    even = either(even * norm, norm * even)
    odd = either(odd * norm, norm * odd)
    #| and
    even = even * tl.load(w_ptr + 2 * cols, mask=mask, other=0.0).to(tl.float32)
    odd = odd * tl.load(w_ptr + 2 * cols + 1, mask=mask, other=0.0).to(tl.float32)
    #| and
    cos = either(cos * scale, scale * cos)
    sin = either(sin * scale, scale * sin)
    #| end
    #| end
    y1 = either(even * cos - odd * sin, cos * even - sin * odd, tl.fma(even, cos, -odd * sin))
    y2 = either(even * sin + odd * cos, odd * cos + even * sin, tl.fma(odd, cos, even * sin))
    #| one of
    tl.store(out_ptr + base + 2 * cols, y1, mask=mask)
    tl.store(out_ptr + base + 2 * cols + 1, y2, mask=mask)
    #| or
    y = tl.interleave(y1, y2)
    both = tl.arange(0, 2 * BLOCK)
    tl.store(out_ptr + base + both, either(y, y.to(out_ptr.dtype.element_ty)), mask=both < 2 * half)
    #| or
    y = tl.reshape(tl.join(y1, y2), (2 * BLOCK,))
    both = tl.arange(0, 2 * BLOCK)
    tl.store(out_ptr + base + both, y, mask=both < 2 * half)
    #| end
    #| end
