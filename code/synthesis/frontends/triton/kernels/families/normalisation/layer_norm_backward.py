"""Computes the gradient of a layer norm with respect to its input, and partial sums for its weight and bias."""
#: frontend: triton
#: category: normalisation
#: names: layer_norm_bwd_dx _layer_norm_bwd_dx_fused ln_backward_kernel layernorm_dx_kernel
#: difficulty: 3 4
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(rows, ROWS)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(6, 9, 12)
n = size(64, 100, 50)


def input_gradient(wdy, xhat, rstd, n):
    c1 = tl.sum(xhat * wdy, axis=0) / n
    c2 = tl.sum(wdy, axis=0) / n
    return (wdy - (xhat * c1 + c2)) * rstd


def kernel(
    dy_ptr: Array[T, rows, n],  #: -2..2, named DY dy_ptr grad_ptr
    x_ptr: Array[T, rows, n],  #: -3..3, named X x_ptr
    y_ptr: Array[T, rows, n],  #: -2..2, named Y y_ptr out_ptr
    more_ptr: Array[T, rows, n],  #: -2..2, named DRES dres_ptr residual_grad_ptr
    keep_ptr: Array[tl.int8, rows, n],  #: 0..1, named keep_ptr dropout_mask_ptr
    w_ptr: Array[T, n],  #: 0.5..1.5, named W w_ptr weight_ptr
    b_ptr: Array[T, n],  #: -0.5..0.5, named B b_ptr bias_ptr
    mean_ptr: Array[tl.float32, rows],  #: -0.5..0.5, named Mean mean_ptr
    rstd_ptr: Array[tl.float32, rows],  #: 0.5..1.5, named Rstd rstd_ptr
    dx_ptr: Array[T, rows, n],  #: output, named DX dx_ptr
    dw_ptr: Array[tl.float32, cdiv(rows, ROWS), n],  #: output, named DW dw_ptr partial_dw_ptr
    db_ptr: Array[tl.float32, cdiv(rows, ROWS), n],  #: output, named DB db_ptr partial_db_ptr
    dw_sum_ptr: Array[tl.float32, n],  #: -1..1, inout, named DW dw_ptr grad_weight_ptr
    db_sum_ptr: Array[tl.float32, n],  #: -1..1, inout, named DB db_ptr grad_bias_ptr
    stride: int,  #: is n, named stride row_stride
    stride_dx: int,  #: is n, named stride_dx dx_row_stride
    rows: int,  #: is rows, named M n_rows rows
    n: int,  #: is n, named N n_cols
    eps: float,  #: 0.001..0.1, usually 1e-5 1e-6, named eps
    p: float,  #: 0.1..0.5, usually 0.1, named dropout_p p
    ROWS: tl.constexpr,  #: option 2 4, named ROWS_PER_PROGRAM ROWS
    BLOCK: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_N BLOCK_SIZE
    HAS_WEIGHT: tl.constexpr,  #: option True False, named HAS_WEIGHT HAS_AFFINE ELEMENTWISE_AFFINE
    HAS_RESIDUAL: tl.constexpr,  #: option True False, named HAS_RESIDUAL HAS_DRES ADD_RESIDUAL
):
    #| 0.55
    # one row after another
    pid = tl.program_id(0)
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    #| 0.7
    w = either(tl.load(w_ptr + cols, mask=mask, other=0.0), tl.load(w_ptr + cols, mask=cols < n, other=0))
    w = w.to(tl.float32)
    #| else
    if HAS_WEIGHT:
        w = tl.load(w_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    else:
        w = tl.full((BLOCK,), 1.0, tl.float32)
    #| end
    dw = either(tl.zeros((BLOCK,), dtype=tl.float32), tl.zeros([BLOCK], dtype=tl.float32))
    db = either(tl.zeros((BLOCK,), dtype=tl.float32), tl.zeros_like(dw))
    #| 0.6
    for row in either(
        range(pid * ROWS, min((pid + 1) * ROWS, rows)), tl.range(pid * ROWS, tl.minimum(pid * ROWS + ROWS, rows))
    ):
        #| 0.6
        x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        grad = tl.load(dy_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        #| else
        offs = either(row * stride + cols, cols + row * stride)
        x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
        grad = tl.load(dy_ptr + offs, mask=mask, other=0.0).to(tl.float32)
        #| end
        #| 0.2
        # the gradient of a dropout
        keep = tl.load(keep_ptr + row * stride + cols, mask=mask, other=0)
        grad = either(tl.where(keep != 0, grad / (1.0 - p), 0.0), grad * keep.to(tl.float32) * (1.0 / (1.0 - p)))
        #| end
        #| 0.25
        grad = fused(grad)
        grad = tl.where(mask, grad, 0.0)
        #| end
        #| 0.6
        mean = tl.load(mean_ptr + row)
        rstd = tl.load(rstd_ptr + row)
        #| 0.5
        xhat = either(tl.where(mask, (x - mean) * rstd, 0.0), tl.where(mask, x * rstd - mean * rstd, 0.0))
        #| else
        xhat = either((x - mean) * rstd, rstd * (x - mean))
        xhat = either(tl.where(mask, xhat, 0.0), tl.where(cols < n, xhat, 0.0))
        #| end
        #| else
        # recompute mean and deviation
        mean = either(tl.sum(x, axis=0) / n, tl.sum(x) / n)
        diff = either(tl.where(mask, x - mean, 0.0), tl.where(cols < n, x - mean, 0.0))
        rstd = either(
            1.0 / tl.sqrt(tl.sum(diff * diff, axis=0) / n + eps), tl.rsqrt(tl.sum(diff * diff, axis=0) / n + eps)
        )
        xhat = either(diff * rstd, rstd * diff)
        #| end
        wdy = either(grad * w, w * grad)
        #| 0.2
        dx = input_gradient(wdy, xhat, rstd, n)
        #| else
        #| 0.8
        c1 = either(tl.sum(xhat * wdy, axis=0) / n, tl.sum(xhat * wdy) / n, tl.sum(wdy * xhat, axis=0) * (1.0 / n))
        c2 = either(tl.sum(wdy, axis=0) / n, tl.sum(wdy) / n, tl.sum(wdy, axis=0) * (1.0 / n))
        dx = either((wdy - (xhat * c1 + c2)) * rstd, rstd * (wdy - xhat * c1 - c2), (wdy - c2 - xhat * c1) * rstd)
        #| else
        # multiplied by n, and divided at the end
        c1 = tl.sum(xhat * wdy, axis=0)
        c2 = tl.sum(wdy, axis=0)
        dx = either((n * wdy - c2 - xhat * c1) * (rstd / n), rstd / n * (wdy * n - c2 - xhat * c1))
        #| end
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
        tl.store(dx_ptr + row * either(stride, stride_dx) + cols, either(dx, dx.to(dx_ptr.dtype.element_ty)), mask=mask)
        dw += either(grad * xhat, xhat * grad)
        db += grad
    #| else
    for i in either(range(ROWS), tl.static_range(ROWS), range(0, ROWS)):
        row = either(pid * ROWS + i, i + pid * ROWS)
        #| 0.7
        if row < rows:
            x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
            grad = tl.load(dy_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
            #| 0.3
            grad = fused(grad)
            grad = tl.where(mask, grad, 0.0)
            #| end
            mean = tl.load(mean_ptr + row)
            rstd = tl.load(rstd_ptr + row)
            xhat = either(tl.where(mask, (x - mean) * rstd, 0.0), tl.where(cols < n, (x - mean) * rstd, 0.0))
            wdy = either(grad * w, w * grad)
            #| 0.7
            c1 = either(tl.sum(xhat * wdy, axis=0) / n, tl.sum(wdy * xhat) / n)
            c2 = either(tl.sum(wdy, axis=0) / n, tl.sum(wdy) / n)
            dx = either(
                (wdy - (xhat * c1 + c2)) * rstd, rstd * (wdy - xhat * c1 - c2), rstd * (wdy - c2) - rstd * xhat * c1
            )
            #| else
            dx = input_gradient(wdy, xhat, rstd, n)
            #| end
            #| 0.3
            more = tl.load(more_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
            dx = either(dx + more, more + dx)
            #| end
            at = dx_ptr + row * either(stride, stride_dx) + cols
            tl.store(at, either(dx, dx.to(dx_ptr.dtype.element_ty)), mask=mask)
            dw += either(grad * xhat, xhat * grad)
            db += grad
        #| else
        valid = either(mask & (row < rows), (row < rows) & mask)
        x = tl.load(x_ptr + row * stride + cols, mask=valid, other=0.0).to(tl.float32)
        grad = tl.load(dy_ptr + row * stride + cols, mask=valid, other=0.0).to(tl.float32)
        mean = tl.load(mean_ptr + row, mask=row < rows, other=0.0)
        rstd = tl.load(rstd_ptr + row, mask=row < rows, other=0.0)
        xhat = tl.where(valid, (x - mean) * rstd, 0.0)
        #| 0.3
        grad = fused(grad)
        grad = tl.where(valid, grad, 0.0)
        #| end
        wdy = either(grad * w, w * grad)
        c1 = either(tl.sum(xhat * wdy, axis=0) / n, tl.sum(wdy * xhat) / n)
        c2 = either(tl.sum(wdy, axis=0) / n, tl.sum(wdy) / n)
        dx = either((wdy - (xhat * c1 + c2)) * rstd, rstd * (wdy - xhat * c1 - c2))
        at = dx_ptr + row * either(stride, stride_dx) + cols
        tl.store(at, either(dx, dx.to(dx_ptr.dtype.element_ty)), mask=valid)
        dw += either(grad * xhat, xhat * grad)
        db += grad
        #| end
    #| end
    #| one of
    tl.store(dw_ptr + pid * n + cols, dw, mask=mask)
    tl.store(db_ptr + pid * n + cols, db, mask=mask)
    #| or
    tl.store(dw_ptr + pid * n + cols, dw, mask=mask)
    #| or
    # sums of all programs
    tl.atomic_add(dw_sum_ptr + cols, dw, mask=mask)
    #| 0.6
    tl.atomic_add(db_sum_ptr + cols, either(db, db.to(tl.float32)), mask=mask)
    #| end
    #| or
    tl.store(db_ptr + pid * n + cols, db, mask=mask)
    tl.store(dw_ptr + pid * n + cols, dw, mask=mask)
    #| or
    # the gradient of the input alone
    #| end
    #| else
    # a tile of rows at once
    pid = tl.program_id(0)
    r = either(pid * ROWS + tl.arange(0, ROWS), tl.arange(0, ROWS) + pid * ROWS)
    cols = tl.arange(0, BLOCK)
    #| 0.5
    mask = (r[:, None] < rows) & (cols[None, :] < n)
    offs = either(r[:, None] * stride + cols[None, :], cols[None, :] + r[:, None] * stride)
    #| else
    mask = either((r < rows)[:, None] & (cols < n)[None, :], (cols < n)[None, :] & (r < rows)[:, None])
    offs = either((r * stride)[:, None] + cols[None, :], (r * stride)[:, None] + cols)
    #| end
    #| 0.75
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    grad = tl.load(dy_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| else
    grad = tl.load(dy_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    x = either(
        tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32),
        tl.load(x_ptr + offs, mask=mask, other=0).to(tl.float32),
    )
    #| end
    w = tl.load(w_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
    #| 0.2
    keep = tl.load(keep_ptr + offs, mask=mask, other=0)
    grad = either(tl.where(keep != 0, grad / (1.0 - p), 0.0), grad * keep.to(tl.float32) / (1.0 - p))
    #| end
    #| 0.3
    grad = fused(grad)
    grad = tl.where(mask, grad, 0.0)
    #| end
    #| one of
    mean = tl.load(mean_ptr + r, mask=r < rows, other=0.0)
    rstd = tl.load(rstd_ptr + r, mask=r < rows, other=0.0)
    #| 0.5
    xhat = tl.where(mask, (x - mean[:, None]) * rstd[:, None], 0.0)
    rstd = rstd[:, None]
    #| else
    rstd = either(rstd[:, None], tl.expand_dims(rstd, 1))
    xhat = either(
        tl.where(mask, (x - mean[:, None]) * rstd, 0.0), tl.where(mask, rstd * (x - tl.expand_dims(mean, 1)), 0.0)
    )
    #| end
    #| or
    mean = either(tl.sum(x, axis=1, keep_dims=True) / n, (tl.sum(x, axis=1) / n)[:, None])
    diff = tl.where(mask, x - mean, 0.0)
    var = either(tl.sum(diff * diff, axis=1, keep_dims=True) / n, (tl.sum(diff * diff, axis=1) / n)[:, None])
    rstd = either(1.0 / tl.sqrt(var + eps), tl.rsqrt(var + eps))
    xhat = either(diff * rstd, rstd * diff)
    #| or
    # from the output of the layer norm
    y = tl.load(y_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    b = tl.load(b_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
    rstd = either(
        tl.load(rstd_ptr + r, mask=r < rows, other=0.0)[:, None],
        tl.load(rstd_ptr + r[:, None], mask=r[:, None] < rows, other=0.0),
    )
    xhat = either((y - b[None, :]) / (w[None, :] + 0.1), (y - b[None, :]) / tl.maximum(w[None, :], 0.25))
    xhat = tl.where(mask, xhat, 0.0)
    #| end
    wdy = either(grad * w[None, :], w[None, :] * grad, grad * tl.expand_dims(w, 0))
    #| 0.5
    c1 = either(tl.sum(xhat * wdy, axis=1) / n, tl.sum(wdy * xhat, 1) / n)
    c2 = either(tl.sum(wdy, axis=1) / n, tl.sum(wdy, 1) / n)
    dx = either((wdy - (xhat * c1[:, None] + c2[:, None])) * rstd, rstd * (wdy - xhat * c1[:, None] - c2[:, None]))
    #| else
    c1 = either(tl.sum(xhat * wdy, axis=1, keep_dims=True) / n, tl.sum(xhat * wdy, 1, keep_dims=True) * (1.0 / n))
    c2 = either(tl.sum(wdy, axis=1, keep_dims=True) / n, tl.sum(wdy, 1, keep_dims=True) * (1.0 / n))
    dx = either((wdy - (xhat * c1 + c2)) * rstd, rstd * (wdy - xhat * c1 - c2), (wdy - c2 - xhat * c1) * rstd)
    #| end
    #| 0.35
    #| 0.5
    if HAS_RESIDUAL:
        dx += tl.load(more_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| else
    more = tl.load(more_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    dx = either(dx + more, more + dx)
    #| end
    #| end
    tl.store(dx_ptr + offs, either(dx, dx.to(dx_ptr.dtype.element_ty)), mask=mask)
    #| one of
    tl.store(dw_ptr + pid * n + cols, either(tl.sum(grad * xhat, axis=0), tl.sum(xhat * grad, 0)), mask=cols < n)
    tl.store(db_ptr + pid * n + cols, either(tl.sum(grad, axis=0), tl.sum(grad, 0)), mask=cols < n)
    #| or
    tl.store(dw_ptr + pid * n + cols, either(tl.sum(grad * xhat, axis=0), tl.sum(xhat * grad, 0)), mask=cols < n)
    #| or
    dw = either(tl.sum(grad * xhat, axis=0), tl.sum(xhat * grad, 0))
    tl.atomic_add(dw_sum_ptr + cols, dw, mask=cols < n)
    #| 0.5
    tl.atomic_add(db_sum_ptr + cols, tl.sum(grad, axis=0), mask=cols < n)
    #| end
    #| or
    # the gradient of the input alone
    #| end
    #| end
