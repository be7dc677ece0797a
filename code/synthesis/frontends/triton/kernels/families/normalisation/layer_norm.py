"""Applies layer normalisation to each row, with a scale and a shift."""
#: frontend: triton
#: category: normalisation
#: names: layer_norm_fwd_kernel _layer_norm_fwd layernorm_kernel ln_forward_kernel
#: difficulty: 3 4
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(5, 8, 12)
n = size(100, 128, 65, 200)


def kernel(
    x_ptr: Array[T, rows, n],  #: -3..3, named X x_ptr input_ptr
    residual_ptr: Array[T, rows, n],  #: -2..2, named R residual_ptr
    w_ptr: Array[T, n],  #: 0.5..1.5, named W w_ptr weight_ptr gamma_ptr
    b_ptr: Array[T, n],  #: -1..1, named B b_ptr bias_ptr beta_ptr
    y_ptr: Array[T, rows, n],  #: output, named Y y_ptr out_ptr
    mean_ptr: Array[tl.float32, rows],  #: output, named Mean mean_ptr
    rstd_ptr: Array[tl.float32, rows],  #: output, named Rstd rstd_ptr
    stride: int,  #: is n, named stride row_stride stride_x_row
    n: int,  #: is n, named N n_cols n
    eps: float,  #: 0.00001..0.1, usually 1e-5 1e-6, named eps epsilon
    BLOCK: tl.constexpr,  #: option 32 64, named BLOCK_SIZE BLOCK
    WHOLE: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_N BLOCK_SIZE
    HAS_BIAS: tl.constexpr,  #: option True, named HAS_BIAS USE_BIAS
):
    row = tl.program_id(0)
    #| 0.5
    x_ptr += row * stride
    y_ptr += row * stride
    #| 0.5
    cols = tl.arange(0, WHOLE)
    mask = cols < n
    x = tl.load(x_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    #| 0.3
    residual = tl.load(residual_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    x = x + residual
    #| end
    mean = tl.sum(x, axis=0) / n
    diff = either(tl.where(mask, x - mean, 0.0), tl.where(cols < n, x - mean, 0.0))
    var = tl.sum(diff * diff, axis=0) / n
    rstd = either(1 / tl.sqrt(var + eps), tl.rsqrt(var + eps))
    #| 0.5
    tl.store(mean_ptr + row, mean)
    tl.store(rstd_ptr + row, rstd)
    #| end
    w = tl.load(w_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    #| one of
    y = diff * rstd * w
    if HAS_BIAS:
        b = tl.load(b_ptr + cols, mask=mask, other=0.0).to(tl.float32)
        y += b
    #| or
    b = tl.load(b_ptr + cols, mask=mask).to(tl.float32)
    y = either((x - mean) * rstd * w + b, diff * rstd * w + b, tl.fma(diff * rstd, w, b))
    #| or
    y = (x - mean) * rstd
    y = either(y * w, y * (1.0 + w))
    #| end
    #| 0.4
    y = fused(y)
    #| end
    tl.store(y_ptr + cols, either(y, y.to(y_ptr.dtype.element_ty)), mask=mask)
    #| else
    # mean
    acc = tl.zeros([BLOCK], dtype=tl.float32)
    for start in range(0, n, BLOCK):
        cols = start + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
        acc += x
    mean = tl.sum(acc, axis=0) / n
    # variance
    squares = tl.zeros([BLOCK], dtype=tl.float32)
    for start in range(0, n, BLOCK):
        cols = start + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
        x = tl.where(cols < n, x - mean, 0.0)
        squares += x * x
    var = tl.sum(squares, axis=0) / n
    rstd = either(1 / tl.sqrt(var + eps), tl.rsqrt(var + eps))
    #| 0.6
    tl.store(mean_ptr + row, mean)
    #| end
    #| 0.6
    tl.store(rstd_ptr + row, rstd)
    #| end
    # normalise
    for start in range(0, n, BLOCK):
        cols = start + tl.arange(0, BLOCK)
        mask = cols < n
        w = tl.load(w_ptr + cols, mask=mask)
        b = tl.load(b_ptr + cols, mask=mask)
        x = tl.load(x_ptr + cols, mask=mask, other=0.0).to(tl.float32)
        y = (x - mean) * rstd * w + b
        #| 0.4
        y = fused(y)
        #| end
        tl.store(y_ptr + cols, y, mask=mask)
    #| end
    #| else
    cols = tl.arange(0, WHOLE)
    offs = row * stride + cols
    x = tl.load(x_ptr + offs, mask=cols < n, other=0.0).to(tl.float32)
    #| 0.4
    x = fused(x)
    x = tl.where(cols < n, x, 0.0)
    #| end
    mean = tl.sum(x, axis=0) / n
    mean_sq = tl.sum(x * x, axis=0) / n
    rstd = tl.rsqrt(tl.maximum(mean_sq - mean * mean, 0.0) + eps)
    y = (x - mean) * rstd
    #| 0.5
    w = tl.load(w_ptr + cols, mask=cols < n, other=1.0).to(tl.float32)
    y *= w
    #| end
    #| 0.5
    b = tl.load(b_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
    y += b
    #| end
    #| 0.3
    y = fused(y)
    #| end
    tl.store(y_ptr + offs, either(y, y.to(y_ptr.dtype.element_ty)), mask=cols < n)
    #| end
