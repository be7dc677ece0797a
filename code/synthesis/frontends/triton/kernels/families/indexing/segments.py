"""Reduces ragged segments, given by row offsets or by the row of each entry."""
#: frontend: triton
#: category: indexing
#: names: segment_sum_kernel csr_reduce_kernel jagged_sum_kernel varlen_mean_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(6, 10, 15)


def kernel(
    start_ptr: Array[tl.int32, rows + 1],  #: starts 12 6, named offsets_ptr start_ptr cu_seqlens_ptr
    x_ptr: Array[T, 12 * rows + 12],  #: -2..2, named x_ptr values_ptr
    col_ptr: Array[tl.int32, 12 * rows + 12],  #: 0..15, named col_ptr cols_ptr
    v_ptr: Array[tl.float32, 16],  #: -1..1, named v_ptr dense_ptr
    w_ptr: Array[tl.float32, 12 * rows + 12],  #: 0.5..1.5, named w_ptr weight_ptr
    b_ptr: Array[tl.float32, rows],  #: -1..1, named b_ptr bias_ptr init_ptr
    out_ptr: Array[tl.float32, rows],  #: output, named out_ptr y_ptr
    y_ptr: Array[T, 12 * rows + 12],  #: inout, -1..1, named y_ptr norm_ptr
    BLOCK: tl.constexpr,  #: option 32, named BLOCK_SIZE BLOCK
    STEP: tl.constexpr,  #: option 4 8, named BLOCK_SIZE STEP
):
    row = tl.program_id(0)
    first = tl.load(start_ptr + row)
    last = tl.load(start_ptr + row + 1)
    #| one of
    offs = first + tl.arange(0, BLOCK)
    mask = offs < last
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| 0.7
    #| some of
    x = fused(x)
    #| and
    w = tl.load(w_ptr + offs, mask=mask, other=0.0)
    x = either(x * w, w * x, x + w)
    #| and
    col = tl.load(col_ptr + offs, mask=mask, other=0)
    x = either(x * tl.load(v_ptr + col, mask=mask, other=0.0), x + tl.load(v_ptr + col, mask=mask, other=0.0))
    #| end
    x = either(tl.where(mask, x, 0.0), tl.where(offs < last, x, 0.0))
    #| end
    #| one of
    y = either(tl.sum(x, axis=0), tl.sum(x), tl.sum(x * x, axis=0), tl.max(tl.where(mask, x, -1e30), axis=0))
    y = either(y, y / (last - first), y / tl.maximum(last - first, 1))
    #| 0.3
    b = tl.load(b_ptr + row)
    y = either(y + b, b + y, y * b)
    #| end
    tl.store(out_ptr + row, y)
    #| or
    top = either(tl.max(tl.where(mask, x, -1e30), axis=0), tl.max(tl.where(mask, x, -float("inf"))))
    e = either(tl.where(mask, tl.exp(x - top), 0.0), tl.exp(tl.where(mask, x - top, -float("inf"))))
    #| 0.6
    y = either(e / tl.sum(e, axis=0), e * (1.0 / tl.sum(e)))
    #| else
    y = either(x - top - tl.log(tl.sum(e, axis=0)), x - (top + tl.log(tl.sum(e))))
    #| end
    tl.store(y_ptr + offs, either(y, y.to(y_ptr.dtype.element_ty)), mask=mask)
    #| or
    y = either(tl.cumsum(x, axis=0), x - tl.sum(x, axis=0) / (last - first), tl.cumsum(x, axis=0, reverse=True),
               x * tl.rsqrt(tl.sum(x * x, axis=0) + 1e-3), x / (tl.max(tl.abs(x), axis=0) + 0.1))  # fmt: skip
    tl.store(y_ptr + offs, y, mask=mask)
    #| end
    #| or
    acc = tl.zeros((STEP,), dtype=tl.float32)
    for start in either(range(first, last, STEP), tl.range(first, last, STEP)):
        offs = either(start + tl.arange(0, STEP), tl.arange(0, STEP) + start)
        mask = offs < last
        x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
        #| 0.3
        w = tl.load(w_ptr + offs, mask=mask, other=0.0)
        x = either(x * w, w * x)
        #| end
        #| 0.5
        # a sparse matrix times a vector
        col = tl.load(col_ptr + offs, mask=mask, other=0)
        x = x * tl.load(v_ptr + col, mask=mask, other=0.0)
        #| end
        acc += either(x, x * x, tl.abs(x))
    y = either(tl.sum(acc, axis=0), tl.sum(acc))
    #| 0.3
    y = either(y / (last - first), tl.sqrt(tl.abs(y) + 0.01), y + tl.load(b_ptr + row), y * tl.load(b_ptr + row))
    #| end
    #| 0.5
    y = fused(y)
    #| end
    tl.store(out_ptr + row, y)
    #| or
    y = either(0.0, tl.load(b_ptr + row))
    for i in either(range(first, last), tl.range(first, last)):
        x = tl.load(x_ptr + i).to(tl.float32)
        #| 0.5
        #| one of
        x = either(x * tl.load(v_ptr + tl.load(col_ptr + i)), tl.load(v_ptr + tl.load(col_ptr + i)) * x)
        #| or
        x = either(x * tl.load(w_ptr + i), x + tl.load(w_ptr + i))
        #| end
        #| end
        #| 0.5
        x = fused(x)
        #| end
        y = either(y + x, y * 0.5 + x, tl.maximum(y, x))
    tl.store(out_ptr + row, y)
    #| end
