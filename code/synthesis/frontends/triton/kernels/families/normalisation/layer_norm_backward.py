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


def kernel(
    dy_ptr: Array[T, rows, n],  #: -2..2, named DY dy_ptr grad_ptr
    x_ptr: Array[T, rows, n],  #: -3..3, named X x_ptr
    w_ptr: Array[T, n],  #: 0.5..1.5, named W w_ptr weight_ptr
    mean_ptr: Array[tl.float32, rows],  #: -0.5..0.5, named Mean mean_ptr
    rstd_ptr: Array[tl.float32, rows],  #: 0.5..1.5, named Rstd rstd_ptr
    dx_ptr: Array[T, rows, n],  #: output, named DX dx_ptr
    dw_ptr: Array[tl.float32, cdiv(rows, ROWS), n],  #: output, named DW dw_ptr partial_dw_ptr
    db_ptr: Array[tl.float32, cdiv(rows, ROWS), n],  #: output, named DB db_ptr partial_db_ptr
    stride: int,  #: is n, named stride row_stride
    rows: int,  #: is rows, named M n_rows rows
    n: int,  #: is n, named N n_cols
    ROWS: tl.constexpr,  #: option 2 4, named ROWS_PER_PROGRAM ROWS
    BLOCK: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_N BLOCK_SIZE
):
    #| one of
    pid = tl.program_id(0)
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    w = tl.load(w_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    dw = tl.zeros((BLOCK,), dtype=tl.float32)
    db = tl.zeros((BLOCK,), dtype=tl.float32)
    for row in range(pid * ROWS, min((pid + 1) * ROWS, rows)):
        x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        grad = tl.load(dy_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        #| 0.3
        grad = fused(grad)
        grad = tl.where(mask, grad, 0.0)
        #| end
        mean = tl.load(mean_ptr + row)
        rstd = tl.load(rstd_ptr + row)
        xhat = tl.where(mask, (x - mean) * rstd, 0.0)
        wdy = grad * w
        c1 = tl.sum(xhat * wdy, axis=0) / n
        c2 = tl.sum(wdy, axis=0) / n
        dx = either((wdy - (xhat * c1 + c2)) * rstd, rstd * (wdy - xhat * c1 - c2))
        tl.store(dx_ptr + row * stride + cols, either(dx, dx.to(dx_ptr.dtype.element_ty)), mask=mask)
        dw += grad * xhat
        db += grad
    tl.store(dw_ptr + pid * n + cols, dw, mask=mask)
    tl.store(db_ptr + pid * n + cols, db, mask=mask)
    #| or
    pid = tl.program_id(0)
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    w = tl.load(w_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    dw = tl.zeros((BLOCK,), dtype=tl.float32)
    for row in range(pid * ROWS, min((pid + 1) * ROWS, rows)):
        x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        grad = tl.load(dy_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        #| 0.3
        grad = fused(grad)
        grad = tl.where(mask, grad, 0.0)
        #| end
        mean = tl.load(mean_ptr + row)
        rstd = tl.load(rstd_ptr + row)
        xhat = tl.where(mask, (x - mean) * rstd, 0.0)
        wdy = grad * w
        c1 = tl.sum(xhat * wdy, axis=0) / n
        c2 = tl.sum(wdy, axis=0) / n
        dx = either((wdy - (xhat * c1 + c2)) * rstd, rstd * (wdy - xhat * c1 - c2))
        tl.store(dx_ptr + row * stride + cols, either(dx, dx.to(dx_ptr.dtype.element_ty)), mask=mask)
        dw += grad * xhat
    tl.store(dw_ptr + pid * n + cols, dw, mask=mask)
    #| or
    pid = tl.program_id(0)
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    w = tl.load(w_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    # the gradient of the input alone
    for i in tl.static_range(ROWS):
        row = pid * ROWS + i
        valid = mask & (row < rows)
        x = tl.load(x_ptr + row * stride + cols, mask=valid, other=0.0).to(tl.float32)
        grad = tl.load(dy_ptr + row * stride + cols, mask=valid, other=0.0).to(tl.float32)
        mean = tl.load(mean_ptr + row, mask=row < rows, other=0.0)
        rstd = tl.load(rstd_ptr + row, mask=row < rows, other=0.0)
        xhat = tl.where(valid, (x - mean) * rstd, 0.0)
        wdy = grad * w
        #| 0.5
        wdy = fused(wdy)
        wdy = tl.where(valid, wdy, 0.0)
        #| end
        c1 = tl.sum(xhat * wdy, axis=0) / n
        c2 = tl.sum(wdy, axis=0) / n
        dx = either((wdy - (xhat * c1 + c2)) * rstd, rstd * (wdy - xhat * c1 - c2))
        tl.store(dx_ptr + row * stride + cols, either(dx, dx.to(dx_ptr.dtype.element_ty)), mask=valid)
    #| end
