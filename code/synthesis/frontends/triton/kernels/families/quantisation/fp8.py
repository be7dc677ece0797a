"""Converts values to or from 8-bit floating point with a scale."""
#: frontend: triton
#: category: quantisation
#: names: fp8_quant_kernel act_quant_kernel cast_to_fp8_kernel fp8_dequant_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16, U = tl.float8e4nv tl.float8e5
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, U, either, fused, size

n = size(256, 300, 512)


def clamped(x, limit):
    return tl.minimum(tl.maximum(x, -limit), limit)


def kernel(
    x_ptr: Array[T, n],  #: -4..4, named x_ptr X
    up_ptr: Array[T, n],  #: -2..2, named up_ptr y_ptr residual_ptr
    bias_ptr: Array[T, n],  #: -1..1, named bias_ptr b_ptr
    smooth_ptr: Array[tl.float32, n],  #: 0.5..2, named smooth_ptr inv_scale_ptr w_ptr
    q_ptr: Array[U, n],  #: output, named y_ptr q_ptr
    in_ptr: Array[U, n],  #: -4..4, named q_in_ptr fp8_ptr
    other_ptr: Array[U, n],  #: -4..4, named b_fp8_ptr other_ptr
    scale_in_ptr: Array[tl.float32, cdiv(n, BLOCK)],  #: 0.25..2, named scale_in_ptr s_in_ptr
    group_in_ptr: Array[tl.float32, cdiv(n, GROUP)],  #: 0.25..2, named s_ptr group_scale_ptr
    one_ptr: Array[tl.float32, 1],  #: 0.5..2, named scale_ptr amax_scale_ptr
    s_ptr: Array[tl.float32, cdiv(n, BLOCK)],  #: output, named s_ptr scale_ptr
    g_ptr: Array[tl.float32, cdiv(n, BLOCK), TILES],  #: output, named s_ptr group_scale_ptr
    amax_ptr: Array[tl.float32, 1],  #: 0.1..1, inout, named amax_ptr absmax_ptr
    out_ptr: Array[T, n],  #: output, named out_ptr y_out_ptr
    n: int,  #: is n, named n_elements N
    scale: float,  #: 0.5..2, usually 0.5 2.0, named scale inv_scale
    BLOCK: tl.constexpr,  #: option 32 64 128, named BLOCK_SIZE BLOCK
    GROUP: tl.constexpr,  #: option 8 16 32, named GROUP GROUP_SIZE
    TILES: tl.constexpr,  #: is BLOCK // GROUP, named TILES N_GROUPS
    POWER_OF_TWO: tl.constexpr,  #: option True False, named POWER_OF_TWO ROUND_SCALE USE_UE8M0
    HAS_BIAS: tl.constexpr,  #: option True False
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    #| 0.65
    # to 8 bits
    #| 0.7
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| else
    x = either(tl.load(x_ptr + offs, mask=mask, other=0.0), tl.load(x_ptr + offs, mask=mask, other=0))
    x = x.to(tl.float32)
    #| end
    #| 0.75
    #| some of
    x = fused(x)
    #| and
    up = tl.load(up_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    x = either(x * up, x + up, x * tl.sigmoid(x) * up, tl.maximum(x, 0.0) * up, x / (1.0 + tl.exp(-x)) * up)
    #| and
    if HAS_BIAS:
        x += tl.load(bias_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| and
    smooth = tl.load(smooth_ptr + offs, mask=mask, other=1.0)
    x = either(x / smooth, x * smooth, smooth * x, x * (1.0 / smooth))
    #| end
    x = either(tl.where(mask, x, 0.0), tl.where(offs < n, x, 0.0))
    #| end
    #| one of
    # the largest value of the block decides the scale
    #| one of
    largest = either(tl.max(tl.abs(x), axis=0), tl.max(tl.abs(x)), tl.maximum(tl.max(x, axis=0), -tl.min(x, axis=0)))
    #| or
    largest = either(tl.max(tl.where(x < 0, -x, x), axis=0), tl.sqrt(tl.max(x * x, axis=0)))
    #| or
    # clip outliers
    largest = either(tl.minimum(tl.max(tl.abs(x), axis=0), 4.0), 3.0 * tl.sqrt(tl.sum(x * x, axis=0) / BLOCK + 1e-6))
    #| end
    #| 0.6
    s = either(tl.maximum(largest, 1e-4), largest + 1e-6) * either(0.002232142857142857, (1.0 / 448.0))
    #| 0.25
    if POWER_OF_TWO:
        s = tl.exp2(tl.ceil(tl.log2(s)))
    #| end
    q = either(x / s, x * (1.0 / s), clamped(x / s, 448.0))
    #| else
    factor = either(448.0 / tl.maximum(largest, 1e-4), 448.0 / (largest + 1e-6))
    q = either(x * factor, factor * x)
    s = either(1.0 / factor, largest / 448.0, factor)
    #| end
    q = either(tl.clamp(q, -448.0, 448.0), clamped(q, 448.0), tl.minimum(tl.maximum(q, -448.0), 448.0))
    tl.store(q_ptr + offs, either(q.to(q_ptr.dtype.element_ty), q.to(U)), mask=mask)
    #| 0.8
    tl.store(s_ptr + pid, s)
    #| else
    tl.store(s_ptr + pid, s)
    tl.atomic_max(amax_ptr, largest)
    #| end
    #| or
    # a scale for each group of the block
    #| 0.6
    x = either(tl.reshape(x, (TILES, GROUP)), tl.reshape(x, [BLOCK // GROUP, GROUP]), x.reshape(TILES, GROUP))
    largest = either(tl.max(tl.abs(x), axis=1), tl.max(tl.abs(x), 1))
    s = either(tl.maximum(largest, 1e-4) / 448.0, (largest + 1e-6) * (1.0 / 448.0), tl.maximum(largest / 448.0, 1e-6))
    q = either(x / s[:, None], x * (1.0 / s)[:, None], x / tl.expand_dims(s, 1))
    #| else
    x = either(tl.reshape(x, (TILES, GROUP)), tl.reshape(x, [TILES, GROUP]), x.reshape((TILES, GROUP)))
    largest = tl.max(tl.abs(x), axis=1, keep_dims=True)
    s = either(tl.maximum(largest, 1e-4) / 448.0, (largest + 1e-6) * (1.0 / 448.0))
    q = either(x / s, x * (1.0 / s))
    s = either(tl.reshape(s, (TILES,)), tl.ravel(s))
    #| end
    #| 0.6
    q = either(clamped(q, 448.0), tl.clamp(q, -448.0, 448.0))
    #| end
    q = either(tl.reshape(q, (BLOCK,)), tl.ravel(q), q.reshape(BLOCK))
    tl.store(q_ptr + offs, either(q.to(q_ptr.dtype.element_ty), q.to(U)), mask=mask)
    tl.store(g_ptr + pid * TILES + tl.arange(0, TILES), s)
    #| or
    # a given scale
    #| 0.5
    q = either(x * scale, x / scale, scale * x)
    #| else
    s = either(tl.load(one_ptr), tl.load(scale_in_ptr + pid))
    q = either(x * s, x / s, x * (1.0 / s))
    #| end
    #| 0.3
    # record the largest value for the next scale
    largest = either(tl.max(tl.abs(tl.where(mask, x, 0.0)), axis=0), tl.max(tl.where(mask, tl.abs(x), 0.0)))
    #| 0.5
    tl.atomic_max(amax_ptr, largest)
    #| else
    tl.store(s_ptr + pid, either(largest, largest / 448.0))
    #| end
    #| end
    q = either(tl.minimum(tl.maximum(q, -448.0), 448.0), tl.clamp(q, -448.0, 448.0), clamped(q, 448.0))
    tl.store(q_ptr + offs, either(q.to(U), q.to(q_ptr.dtype.element_ty)), mask=mask)
    #| 0.2
    # the rounding error
    tl.store(out_ptr + offs, either(q - q.to(U).to(tl.float32), q.to(U).to(tl.float32) / scale), mask=mask)
    #| end
    #| end
    #| else
    # from 8 bits
    q = either(tl.load(in_ptr + offs, mask=mask, other=0.0), tl.load(in_ptr + offs, mask=mask))
    #| one of
    s = either(tl.load(scale_in_ptr + pid), tl.load(one_ptr))
    #| or
    s = either(
        tl.load(group_in_ptr + offs // GROUP, mask=mask, other=0.0),
        tl.load(group_in_ptr + offs // GROUP, mask=mask, other=1.0),
    )
    #| or
    s = either(
        tl.load(smooth_ptr + offs, mask=mask, other=1.0), scale * tl.load(scale_in_ptr + pid), tl.load(one_ptr) * scale
    )
    #| end
    y = either(q.to(tl.float32) * s, s * q.to(tl.float32), q.to(tl.float32) / s)
    #| 0.75
    #| some of
    y = fused(y)
    #| and
    up = tl.load(up_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    y = either(y * up, y + up, y - up, y * tl.sigmoid(up))
    #| and
    if HAS_BIAS:
        y += tl.load(bias_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| and
    other = tl.load(other_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    y = either(y + other, y * other, y - other, y + scale * other)
    #| and
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    y = either(x - y, y + x, y - x, (y - x) * (y - x), tl.abs(x - y))
    #| end
    #| end
    tl.store(out_ptr + offs, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
    #| end
