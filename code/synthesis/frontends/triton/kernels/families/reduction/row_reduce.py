"""Reduces each row of a matrix to one value."""
#: frontend: triton
#: category: reduction
#: names: row_sum_kernel reduce_rows_kernel row_reduce_kernel reduction_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(6, 9, 16)
n = size(100, 65, 128, 300)


def kernel(
    x_ptr: Array[T, rows, n],  #: -3..3, named x_ptr input_ptr X
    y_ptr: Array[T, rows, n],  #: -2..2, named y_ptr target_ptr other_ptr
    w_ptr: Array[tl.float32, n],  #: -1..1, named w_ptr weight_ptr vec_ptr
    old_ptr: Array[tl.float32, rows],  #: -2..2, named old_ptr bias_ptr prev_ptr
    out_ptr: Array[tl.float32, rows],  #: output, named out_ptr output_ptr Y
    stride: int,  #: is n, named stride row_stride stride_x
    n: int,  #: is n, named n_cols N n
    scale: float,  #: 0.25..2, usually 0.5 2.0, named scale alpha
    BLOCK: tl.constexpr,  #: option 32 64 128, named BLOCK_SIZE BLOCK BLOCK_N
    WHOLE: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK
):
    row = tl.program_id(0)
    #| one of
    # one block holds the row
    cols = tl.arange(0, WHOLE)
    mask = cols < n
    #| one of
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    #| or
    x_ptr += row * stride
    x = tl.load(x_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    #| or
    offs = either(row * stride + cols, cols + row * stride)
    x = either(tl.load(x_ptr + offs, mask=mask, other=0.0), tl.load(x_ptr + offs, mask=cols < n, other=0))
    x = x.to(tl.float32)
    #| end
    #| 0.7
    #| some of
    x = fused(x)
    #| and
    w = tl.load(w_ptr + cols, mask=mask, other=0.0)
    x = either(x * w, w * x, x + w, x - w)
    #| and
    other = tl.load(y_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    x = either(x * other, x - other, x + other, tl.abs(x - other), (x - other) * (x - other))
    #| end
    x = either(tl.where(mask, x, 0.0), tl.where(cols < n, x, 0.0))
    #| end
    #| one of
    y = tl.sum(x, axis=0)
    #| or
    y = either(tl.sum(x, axis=0) / n, tl.sum(x) / n)
    #| or
    y = tl.sqrt(tl.sum(x * x, axis=0))
    #| or
    y = either(tl.max(x, axis=0), tl.min(x, axis=0), tl.max(tl.abs(x), axis=0))
    #| or
    x = tl.where(mask, x, -float("inf"))
    top = tl.max(x, axis=0)
    y = top + tl.log(tl.sum(tl.exp(x - top), axis=0))
    #| or
    mean = tl.sum(x, axis=0) / n
    diff = tl.where(mask, x - mean, 0.0)
    y = tl.sum(diff * diff, axis=0) / n
    #| end
    #| or
    # loop over blocks of the row
    acc = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in range(0, n, BLOCK):
        cols = start + tl.arange(0, BLOCK)
        mask = cols < n
        x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        #| 0.4
        #| one of
        w = tl.load(w_ptr + cols, mask=mask, other=0.0)
        x = either(x * w, w * x, x - w, x + w)
        #| or
        other = tl.load(y_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        x = either(x * other, x - other, tl.maximum(x, other), tl.abs(x - other))
        #| end
        x = tl.where(mask, x, 0.0)
        #| end
        #| 0.5
        x = fused(x)
        x = tl.where(mask, x, 0.0)
        #| end
        acc += either(x, x * x, tl.abs(x), scale * x)
    y = either(tl.sum(acc, axis=0), tl.sum(acc), tl.sum(acc, 0))
    #| 0.4
    y = either(y / n, tl.sqrt(tl.abs(y) / n + 1e-6), y * (1.0 / n))
    #| end
    #| or
    acc = tl.full((BLOCK,), float("-inf"), dtype=tl.float32)
    for start in range(0, n, BLOCK):
        cols = start + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + row * stride + cols, mask=cols < n, other=-float("inf")).to(tl.float32)
        #| 0.5
        w = tl.load(w_ptr + cols, mask=cols < n, other=0.0)
        x = either(x + w, x - w, x + scale * w, x - tl.abs(w))
        #| end
        acc = either(tl.maximum(acc, x), tl.where(x > acc, x, acc), tl.maximum(x, acc))
    y = either(tl.max(acc, axis=0), tl.max(acc), tl.max(acc, 0))
    #| or
    # log-sum-exp, block by block
    top = either(-float("inf"), float("-inf"), -1e30)
    total = 0.0
    for start in either(range(0, n, BLOCK), tl.range(0, n, BLOCK)):
        cols = start + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + row * stride + cols, mask=cols < n, other=-float("inf")).to(tl.float32)
        #| 0.5
        w = tl.load(w_ptr + cols, mask=cols < n, other=0.0)
        x = either(x + w, x - w, x + scale * w)
        #| end
        higher = either(tl.maximum(top, tl.max(x, axis=0)), tl.maximum(tl.max(x), top))
        total = either(total * tl.exp(top - higher) + tl.sum(tl.exp(x - higher), axis=0),
                       tl.sum(tl.exp(x - higher)) + total * tl.exp(top - higher))  # fmt: skip
        top = higher
    y = either(top + tl.log(total), tl.log(total) + top)
    #| or
    total = 0.0
    for start in tl.range(0, n, BLOCK):
        cols = start + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + row * stride + cols, mask=cols < n, other=0.0).to(tl.float32)
        #| 0.5
        w = tl.load(w_ptr + cols, mask=cols < n, other=0.0)
        x = either(x * w, tl.where(x > w, x, 0.0), tl.where(cols < n, x - w, 0.0), x * tl.abs(w))
        #| end
        total += either(tl.sum(x, axis=0), tl.sum(x * x, axis=0), tl.sum(tl.abs(x), axis=0), tl.sum(x))
    y = total
    #| end
    #| 0.5
    y = either(y * scale, scale * y, y / scale)
    #| end
    #| 0.2
    old = tl.load(old_ptr + row)
    y = either(y + old, old + y, old - y, scale * old + y)
    #| end
    #| 0.3
    # sums may be large
    y = either(y / (1.0 + tl.abs(y)), y * tl.rsqrt(1.0 + y * y), tl.log(1.0 + tl.abs(y)))
    y = fused(y)
    #| end
    tl.store(out_ptr + row, y)
