"""Reduces ragged rows, given by their starts or by the row of each entry."""
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
    #| 0.6
    x = fused(x)
    x = tl.where(mask, x, 0.0)
    #| end
    #| one of
    y = tl.sum(x, axis=0)
    y = either(y, y / (last - first), y / tl.maximum(last - first, 1))
    tl.store(out_ptr + row, y)
    #| or
    top = tl.max(tl.where(mask, x, -1e30), axis=0)
    e = tl.where(mask, tl.exp(x - top), 0.0)
    y = e / tl.sum(e, axis=0)
    tl.store(y_ptr + offs, y, mask=mask)
    #| or
    y = either(tl.cumsum(x, axis=0), x - tl.sum(x, axis=0) / (last - first))
    tl.store(y_ptr + offs, y, mask=mask)
    #| end
    #| or
    acc = tl.zeros((STEP,), dtype=tl.float32)
    for start in range(first, last, STEP):
        offs = start + tl.arange(0, STEP)
        mask = offs < last
        x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
        #| 0.5
        # a sparse matrix times a vector
        col = tl.load(col_ptr + offs, mask=mask, other=0)
        x = x * tl.load(v_ptr + col, mask=mask, other=0.0)
        #| end
        acc += either(x, x * x, tl.abs(x))
    y = tl.sum(acc, axis=0)
    #| 0.5
    y = fused(y)
    #| end
    tl.store(out_ptr + row, y)
    #| or
    y = 0.0
    for i in range(first, last):
        x = tl.load(x_ptr + i).to(tl.float32)
        #| 0.5
        x = fused(x)
        #| end
        y = either(y + x, y * 0.5 + x, tl.maximum(y, x))
    tl.store(out_ptr + row, y)
    #| end
