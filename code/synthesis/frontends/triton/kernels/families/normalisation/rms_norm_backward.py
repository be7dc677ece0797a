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
    more_ptr: Array[T, rows, n],  #: -2..2, named dRes_ptr residual_grad_ptr more_ptr
    z_ptr: Array[T, rows, n],  #: -2..2, named z_ptr gate_ptr
    rstd_ptr: Array[tl.float32, rows],  #: 0.5..1.5, named RSTD_ptr rstd_ptr r_ptr
    dx_ptr: Array[T, rows, n],  #: output, named dX_ptr dx_ptr
    dw_ptr: Array[tl.float32, n],  #: -1..1, inout, named dW_ptr dw_ptr
    stride: int,  #: is n, named stride row_stride
    n: int,  #: is n, named n_cols N
    eps: float,  #: 0.00001..0.1, usually 1e-6, named eps
    part_ptr: Array[tl.float32, rows, n],  #: output, named dW_partial_ptr partial_dw_ptr
    offset: float,  #: 0.5..1.5, usually 1.0, named offset w_offset
    BLOCK: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK_N
    HAS_RESIDUAL: tl.constexpr,  #: option True False, named HAS_RESIDUAL HAS_DRESIDUAL
):
    row = tl.program_id(0)
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    #| one of
    grad = tl.load(dy_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    #| or
    offs = either(row * stride + cols, cols + row * stride)
    x = either(tl.load(x_ptr + offs, mask=mask, other=0.0), tl.load(x_ptr + offs, mask=mask, other=0)).to(tl.float32)
    grad = tl.load(dy_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| or
    dy_ptr += row * stride
    x_ptr += row * stride
    grad = tl.load(dy_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    x = tl.load(x_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    #| end
    w = tl.load(w_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    #| 0.25
    # the norm multiplies by 1 + w, as in Gemma
    w = either(w + offset, offset + w, w + 1.0)
    #| end
    #| 0.25
    # the gradient of a gate
    z = tl.load(z_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    grad = either(grad * tl.sigmoid(z), grad * (z * tl.sigmoid(z)), grad * z)
    #| end
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
    m = either(grad * w, w * grad)
    dx = rstd * m
    #| 0.6
    dx += either(rstd * (-(1 / n) * rstd * rstd * tl.sum(m * x, axis=0) * x),
                 -rstd * rstd * rstd * (tl.sum(m * x) / n) * x)  # fmt: skip
    #| else
    dot = either(tl.sum(m * x, axis=0), tl.sum(x * m))
    dx -= either(rstd * rstd * rstd * dot * x / n, x * (dot * rstd * rstd * rstd / n))
    #| end
    #| or
    xhat = x * rstd
    wdy = either(grad * w, w * grad)
    dot = either(tl.sum(xhat * wdy, axis=0) / n, tl.sum(wdy * xhat) / n, tl.sum(xhat * wdy, axis=0) * (1.0 / n))
    dx = either((wdy - xhat * dot) * rstd, rstd * wdy - rstd * xhat * dot, rstd * (wdy - dot * xhat))
    #| end
    #| 0.35
    #| 0.5
    if HAS_RESIDUAL:
        dx += tl.load(more_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    #| else
    more = tl.load(more_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    dx = either(dx + more, more + dx)
    #| end
    #| end
    #| 0.3
    dx = fused(dx)
    #| end
    tl.store(dx_ptr + row * stride + cols, either(dx, dx.to(dx_ptr.dtype.element_ty)), mask=mask)
    #| 0.2
    tl.store(part_ptr + row * n + cols, either(grad * x * rstd, grad * (x * rstd), rstd * grad * x), mask=mask)
    #| end
    #| 0.5
    # programs share the gradient of the weight
    tl.atomic_add(dw_ptr + cols, either(grad * x * rstd, grad * (x * rstd)), mask=mask)
    #| end
