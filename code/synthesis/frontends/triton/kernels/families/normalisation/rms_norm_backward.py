"""Computes the gradients of an RMS norm with respect to its input and its weight."""
#: frontend: triton
#: category: normalisation
#: names: rms_norm_backward_kernel _rms_norm_bwd rmsnorm_dx_kernel
#: difficulty: 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(5, 8, 11)
n = size(64, 100, 77)


def kernel(
    dy_ptr: Array[T, rows, n],  #: -2..2, named dY_ptr dy_ptr grad_out_ptr
    x_ptr: Array[T, rows, n],  #: -3..3, named X_ptr x_ptr
    w_ptr: Array[T, n],  #: 0.5..1.5, named W_ptr w_ptr
    rstd_ptr: Array[tl.float32, rows],  #: 0.5..1.5, named RSTD_ptr rstd_ptr r_ptr
    dx_ptr: Array[T, rows, n],  #: output, named dX_ptr dx_ptr
    dw_ptr: Array[tl.float32, n],  #: -1..1, inout, named dW_ptr dw_ptr
    stride: int,  #: is n, named stride row_stride
    n: int,  #: is n, named n_cols N
    eps: float,  #: 0.00001..0.1, usually 1e-6, named eps
    BLOCK: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK_N
):
    row = tl.program_id(0)
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    grad = tl.load(dy_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    w = tl.load(w_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    #| 0.3
    grad = fused(grad)
    grad = tl.where(mask, grad, 0.0)
    #| end
    #| one of
    rstd = tl.load(rstd_ptr + row)
    #| or
    # recompute the scale
    rstd = either(tl.rsqrt(tl.sum(x * x, axis=0) / n + eps), 1.0 / tl.sqrt(tl.sum(x * x, axis=0) / n + eps))
    #| end
    #| one of
    m = grad * w
    dx = rstd * m
    dx += rstd * (-(1 / n) * rstd * rstd * tl.sum(m * x, axis=0) * x)
    #| or
    xhat = x * rstd
    wdy = grad * w
    dot = tl.sum(xhat * wdy, axis=0) / n
    dx = either((wdy - xhat * dot) * rstd, rstd * wdy - rstd * xhat * dot)
    #| end
    #| 0.3
    dx = fused(dx)
    #| end
    tl.store(dx_ptr + row * stride + cols, either(dx, dx.to(dx_ptr.dtype.element_ty)), mask=mask)
    #| 0.5
    # programs share the gradient of the weight
    tl.atomic_add(dw_ptr + cols, either(grad * x * rstd, grad * (x * rstd)), mask=mask)
    #| end
