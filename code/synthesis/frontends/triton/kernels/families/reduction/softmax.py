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
    out_ptr: Array[U, rows, n],  #: output, named out_ptr output_ptr Y
    stride: int,  #: is n, named stride row_stride input_row_stride x_row_stride
    n: int,  #: is n, named n_cols N n_columns
    scale: float,  #: 0.25..2, usually 0.125 0.5, named scale sm_scale temperature
    BLOCK: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK BLOCK_N
):
    row = tl.program_id(0)
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    #| one of
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=-float("inf"))
    #| or
    row_start = x_ptr + row * stride
    x = tl.load(row_start + cols, mask=mask, other=-float("inf"))
    #| end
    x = x.to(tl.float32)
    #| 0.4
    x = either(x * scale, x / scale, scale * x)
    #| end
    #| 0.85
    # subtract the maximum for stability
    top = tl.max(x, axis=0)
    num = either(tl.exp(x - top), tl.exp2((x - top) * 1.4426950408889634))
    total = tl.sum(num, axis=0)
    #| 0.3
    y = (x - top) - tl.log(total)
    #| else
    y = either(num / total, num * (1.0 / total))
    #| end
    #| else
    y = tl.softmax(x)
    #| end
    #| 0.3
    y = fused(y)
    #| end
    tl.store(out_ptr + row * stride + cols, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
