"""Quantises each row, or each group of a row, to 8-bit integers with a scale."""
#: frontend: triton
#: category: quantisation
#: names: quantize_rowwise_kernel int8_quant_kernel per_token_quant_kernel group_quant_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: rows, groups

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(4, 6, 9)
groups = size(1, 2, 3)
g = size(32, 50, 64)


def round_to_nearest(x):
    return tl.floor(x + 0.5)


def kernel(
    x_ptr: Array[T, rows, groups * g],  #: -4..4, named x_ptr X input_ptr
    up_ptr: Array[T, rows, groups * g],  #: -2..2, named up_ptr residual_ptr Y
    smooth_ptr: Array[tl.float32, groups * g],  #: 0.5..2, named smooth_ptr w_ptr weight_ptr
    q_ptr: Array[tl.int8, rows, groups * g],  #: output, named q_ptr y_q_ptr out_ptr
    back_ptr: Array[T, rows, groups * g],  #: output, named back_ptr fake_ptr error_ptr
    sum_ptr: Array[tl.int32, rows, groups],  #: output, named sum_ptr q_sum_ptr
    s_ptr: Array[tl.float32, rows, groups],  #: output, named s_ptr scale_ptr
    z_ptr: Array[tl.int32, rows, groups],  #: output, named zero_ptr z_ptr
    stride: int,  #: is groups * g, named stride row_stride
    groups: int,  #: is groups, named n_groups G
    g: int,  #: is g, named group_size N
    eps: float,  #: 0.0001..0.01, usually 1e-4, named eps
    BLOCK: tl.constexpr,  #: is next_power_of_2(g), named BLOCK_SIZE BLOCK
):
    row = tl.program_id(0)
    group = tl.program_id(1)
    cols = tl.arange(0, BLOCK)
    mask = cols < g
    #| 0.7
    offs = either(row * stride + group * g + cols, group * g + cols + row * stride)
    #| else
    begin = row * stride + group * g
    offs = either(begin + cols, cols + begin)
    #| end
    #| 0.7
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| else
    x = either(tl.load(x_ptr + offs, mask=mask, other=0.0), tl.load(x_ptr + offs, mask=cols < g, other=0))
    x = x.to(tl.float32)
    #| end
    #| 0.6
    #| some of
    x = fused(x)
    #| and
    up = tl.load(up_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    x = either(x + up, x * up, x * tl.sigmoid(x) * up, tl.maximum(x, 0.0) * up)
    #| and
    smooth = tl.load(smooth_ptr + group * g + cols, mask=mask, other=1.0)
    x = either(x / smooth, x * smooth, smooth * x)
    #| end
    x = tl.where(mask, x, 0.0)
    #| end
    #| 0.7
    # symmetric
    largest = either(tl.max(tl.abs(x), axis=0), tl.maximum(tl.max(x, axis=0), -tl.min(x, axis=0)))
    #| 0.5
    scale = tl.maximum(largest, 1e-4) * 0.007874015748031496
    q = x / scale
    #| else
    scale = either((largest + eps) * 0.007874015748031496, largest * 0.007874015748031496 + eps)
    q = x * (1.0 / scale)
    #| end
    #| one of
    q = round_to_nearest(q)
    #| or
    q = either(
        tl.where(q >= 0, q + 0.5, q - 0.5), q + tl.where(q < 0, -0.5, 0.5), q + 0.5 * tl.where(q >= 0.0, 1.0, -1.0)
    )
    #| or
    q = either(tl.floor(q + 0.5), tl.ceil(q - 0.5), tl.where(q >= 0, tl.floor(q + 0.5), tl.ceil(q - 0.5)))
    #| end
    q = either(
        tl.minimum(tl.maximum(q, -127.0), 127.0), tl.clamp(q, -127.0, 127.0), tl.maximum(tl.minimum(q, 127.0), -128.0)
    )
    #| 0.8
    tl.store(q_ptr + offs, either(q.to(tl.int8), q.to(q_ptr.dtype.element_ty)), mask=mask)
    #| else
    q = q.to(tl.int8)
    tl.store(q_ptr + offs, q, mask=mask)
    #| 0.5
    # the sum of a group corrects a product with a zero point
    tl.store(sum_ptr + row * groups + group, tl.sum(tl.where(mask, q.to(tl.int32), 0), axis=0))
    #| else
    # dequantised values, or the rounding error
    tl.store(back_ptr + offs, either(q.to(tl.float32) * scale, x - q.to(tl.float32) * scale), mask=mask)
    #| end
    #| end
    #| else
    # asymmetric
    low = tl.min(tl.where(mask, x, 1e30), axis=0)
    high = tl.max(tl.where(mask, x, -1e30), axis=0)
    scale = either(tl.maximum(high - low, 1e-4), high - low + eps) * 0.00392156862745098
    zero = either(tl.floor(-low / scale + 0.5), round_to_nearest(-low / scale))
    q = either(
        tl.floor(x / scale + 0.5) + zero, round_to_nearest(x / scale) + zero, zero + tl.floor(x * (1.0 / scale) + 0.5)
    )
    q = either(tl.clamp(q, 0.0, 255.0) - 128.0, tl.minimum(tl.maximum(q, 0.0), 255.0) - 128.0)
    tl.store(q_ptr + offs, either(q.to(tl.int8), q.to(q_ptr.dtype.element_ty)), mask=mask)
    tl.store(z_ptr + row * groups + group, zero.to(tl.int32))
    #| end
    tl.store(s_ptr + row * groups + group, scale)
