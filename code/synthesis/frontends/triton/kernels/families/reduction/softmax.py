"""Computes the softmax of each row of a matrix."""
#: frontend: triton
#: category: reduction
#: names: softmax_kernel row_softmax _softmax_fwd softmax_forward
#: difficulty: 2 3
#: types: T = tl.float32 tl.float32 tl.float16 tl.bfloat16, U = tl.float32 tl.bfloat16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, U, either, fused, size

rows = size(5, 8, 13)
n = size(100, 77, 128, 200)


def kernel(
    x_ptr: Array[T, rows, n],  #: -6..6, named x_ptr input_ptr X in_ptr
    bias_ptr: Array[T, n],  #: -2..2, named bias_ptr pos_bias_ptr B
    mask_ptr: Array[tl.int8, rows, n],  #: 0..2, named mask_ptr attn_mask_ptr keep_ptr
    grad_ptr: Array[T, rows, n],  #: -2..2, named grad_ptr dy_ptr
    lse_ptr: Array[tl.float32, rows],  #: output, named lse_ptr logsumexp_ptr
    out_ptr: Array[U, rows, n],  #: output, named out_ptr output_ptr Y
    stride: int,  #: is n, named stride row_stride input_row_stride x_row_stride
    n: int,  #: is n, named n_cols N n_columns
    scale: float,  #: 0.25..2, usually 0.125 0.5, named scale sm_scale temperature
    BLOCK: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK BLOCK_N
    CHUNK: tl.constexpr,  #: option 32 64, named BLOCK_SIZE CHUNK
    HAS_BIAS: tl.constexpr,  #: option True False, named HAS_BIAS USE_BIAS
    CAUSAL: tl.constexpr,  #: option True False, named CAUSAL IS_CAUSAL
):
    row = tl.program_id(0)
    #| 0.8
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    #| one of
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=-float("inf"))
    #| or
    row_start = x_ptr + row * stride
    x = tl.load(row_start + cols, mask=mask, other=-float("inf"))
    #| end
    x = x.to(tl.float32)
    #| 0.6
    #| some of
    x = either(x * scale, x / scale, scale * x)
    #| and
    bias = tl.load(bias_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    x = either(x + bias, bias + x, x - bias)
    #| and
    # some columns are hidden
    seen = tl.load(mask_ptr + row * stride + cols, mask=mask, other=0)
    x = either(tl.where(seen != 0, x, -1e4), tl.where(seen == 0, -1e4, x), tl.where(seen > 0, x, x - 8.0))
    #| and
    if CAUSAL:
        x = tl.where(cols <= row, x, either(-1e9, -1e30))
    #| and
    x = either(x - 0.1 * tl.abs(cols - row), x - 0.1 * (n - cols), x + scale * (cols - row) / n)
    #| end
    x = either(tl.where(mask, x, -float("inf")), tl.where(cols < n, x, float("-inf")))
    #| end
    #| 0.85
    # subtract the maximum for stability
    top = either(tl.max(x, axis=0), tl.max(x), tl.max(x, 0))
    num = either(tl.exp(x - top), tl.exp2((x - top) * 1.4426950408889634))
    total = either(tl.sum(num, axis=0), tl.sum(num), tl.sum(num, axis=0) + tl.exp(-top))
    #| 0.3
    y = either((x - top) - tl.log(total), x - (top + tl.log(total)), x - top - tl.log(total))
    #| 0.4
    tl.store(lse_ptr + row, either(top + tl.log(total), tl.log(total) + top))
    #| end
    #| 0.2
    # the gradient with respect to the input
    grad = tl.load(grad_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    y = either(grad - tl.exp(y) * tl.sum(grad, axis=0), grad - tl.exp(y) * tl.sum(grad))
    #| end
    #| else
    y = either(num / total, num * (1.0 / total))
    #| 0.2
    # the gradient with respect to the input
    grad = tl.load(grad_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    y = either(
        y * (grad - tl.sum(tl.where(mask, y * grad, 0.0), axis=0)),
        y * grad - y * tl.sum(tl.where(mask, grad * y, 0.0), axis=0),
    )
    #| end
    #| 0.4
    y = fused(y)
    #| end
    #| end
    #| else
    y = either(tl.softmax(x), tl.softmax(x, 0))
    #| 0.4
    y = fused(y)
    #| end
    #| end
    tl.store(out_ptr + row * stride + cols, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
    #| else
    # block by block, in two passes
    x_ptr += row * stride
    #| 0.6
    top = either(-1e30, -float("inf"), float("-inf"))
    total = 0.0
    for start in either(range(0, n, CHUNK), tl.range(0, n, CHUNK)):
        cols = start + tl.arange(0, CHUNK)
        x = tl.load(x_ptr + cols, mask=cols < n, other=-float("inf")).to(tl.float32)
        if HAS_BIAS:
            x += tl.load(bias_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
        higher = either(tl.maximum(top, tl.max(x, axis=0)), tl.maximum(tl.max(x), top))
        total = either(total * tl.exp(top - higher) + tl.sum(tl.exp(x - higher), axis=0),
                       tl.sum(tl.exp(x - higher)) + total * tl.exp(top - higher))  # fmt: skip
        top = higher
    #| else
    tops = tl.full((CHUNK,), -1e30, dtype=tl.float32)
    totals = either(tl.zeros((CHUNK,), dtype=tl.float32), tl.zeros_like(tops))
    for start in either(range(0, n, CHUNK), tl.range(0, n, CHUNK)):
        cols = start + tl.arange(0, CHUNK)
        x = tl.load(x_ptr + cols, mask=cols < n, other=-float("inf")).to(tl.float32)
        if HAS_BIAS:
            x += tl.load(bias_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
        higher = either(tl.maximum(tops, x), tl.where(x > tops, x, tops))
        totals = totals * tl.exp(tops - higher) + tl.exp(x - higher)
        tops = higher
    top = either(tl.max(tops, axis=0), tl.max(tops))
    total = either(tl.sum(totals * tl.exp(tops - top), axis=0), tl.sum(tl.exp(tops - top) * totals))
    #| end
    #| 0.3
    tl.store(lse_ptr + row, either(top + tl.log(total), tl.log(total) + top))
    #| end
    for start in either(range(0, n, CHUNK), tl.range(0, n, CHUNK)):
        cols = start + tl.arange(0, CHUNK)
        x = tl.load(x_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
        if HAS_BIAS:
            x += tl.load(bias_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
        #| 0.7
        y = either(tl.exp(x - top) / total, tl.exp(x - top) * (1.0 / total), tl.exp(x - top - tl.log(total)))
        #| 0.4
        y = fused(y)
        #| end
        #| else
        y = either(x - top - tl.log(total), x - (top + tl.log(total)))
        #| end
        tl.store(out_ptr + row * stride + cols, either(y, y.to(out_ptr.dtype.element_ty)), mask=cols < n)
    #| end
