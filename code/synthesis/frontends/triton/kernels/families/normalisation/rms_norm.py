"""Applies RMS normalisation to each row."""
#: frontend: triton
#: category: normalisation
#: names: rms_norm_kernel _rms_norm_forward rmsnorm_fwd fused_add_rms_norm_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(5, 9, 14)
n = size(64, 100, 128, 200)


def kernel(
    x_ptr: Array[T, rows, n],  #: -3..3, named X_ptr x_ptr hidden_ptr
    residual_ptr: Array[T, rows, n],  #: -2..2, inout, named R_ptr residual_ptr
    w_ptr: Array[T, n],  #: 0.5..1.5, named W_ptr w_ptr weight_ptr
    y_ptr: Array[T, rows, n],  #: output, named Y_ptr y_ptr out_ptr
    rstd_ptr: Array[tl.float32, rows],  #: output, named RSTD_ptr rstd_ptr
    stride: int,  #: is n, named stride row_stride x_row_stride
    n: int,  #: is n, named n_cols N hidden_size
    eps: float,  #: 0.00001..0.1, usually 1e-6 1e-5, named eps variance_epsilon
    offset: float,  #: 0.5..1.5, usually 1.0, named offset weight_offset
    BLOCK: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK_N
    CHUNK: tl.constexpr,  #: option 32 64, named BLOCK_SIZE CHUNK
):
    row = tl.program_id(0)
    #| 0.7
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    #| 0.4
    # add the residual and keep the sum
    residual = tl.load(residual_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    x = x + residual
    tl.store(residual_ptr + row * stride + cols, x, mask=mask)
    #| end
    #| 0.2
    x = fused(x)
    x = tl.where(mask, x, 0.0)
    #| end
    var = either(tl.sum(x * x, axis=0) / n, tl.sum(x * x) / n)
    rstd = either(tl.rsqrt(var + eps), 1.0 / tl.sqrt(var + eps))
    #| 0.4
    tl.store(rstd_ptr + row, rstd)
    #| end
    #| 0.8
    w = tl.load(w_ptr + cols, mask=mask, other=0.0)
    #| one of
    y = either(x * rstd * w, w * (x * rstd), x * rstd * (offset + w))
    #| or
    y = (x * rstd).to(x_ptr.dtype.element_ty) * w
    #| end
    #| else
    y = x * rstd
    #| end
    y = y.to(tl.float32)
    #| 0.3
    y = fused(y)
    #| end
    tl.store(y_ptr + row * stride + cols, either(y, y.to(y_ptr.dtype.element_ty)), mask=mask)
    #| else
    squares = either(tl.zeros([CHUNK], dtype=tl.float32), tl.zeros((CHUNK,), tl.float32))
    for start in range(0, n, CHUNK):
        cols = start + tl.arange(0, CHUNK)
        x = tl.load(x_ptr + row * stride + cols, mask=cols < n, other=0.0).to(tl.float32)
        squares += x * x
    rstd = 1.0 / tl.sqrt(tl.sum(squares, axis=0) / n + eps)
    for start in range(0, n, CHUNK):
        cols = start + tl.arange(0, CHUNK)
        mask = cols < n
        x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        w = tl.load(w_ptr + cols, mask=mask, other=0.0)
        y = either(x * rstd * w, x * rstd * (offset + w), w * x * rstd)
        #| 0.3
        y = fused(y)
        #| end
        tl.store(y_ptr + row * stride + cols, y, mask=mask)
    #| end
