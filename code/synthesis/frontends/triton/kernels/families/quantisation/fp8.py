"""Converts numbers to 8-bit floating point with a scale, or back."""
#: frontend: triton
#: category: quantisation
#: names: fp8_quant_kernel act_quant_kernel cast_to_fp8_kernel fp8_dequant_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16, U = tl.float8e4nv tl.float8e5
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, U, either, fused, size

n = size(256, 300, 512)


def kernel(
    x_ptr: Array[T, n],  #: -4..4, named x_ptr X
    q_ptr: Array[U, n],  #: output, named y_ptr q_ptr
    in_ptr: Array[U, n],  #: -4..4, named q_in_ptr fp8_ptr
    scale_in_ptr: Array[tl.float32, cdiv(n, BLOCK)],  #: 0.25..2, named scale_in_ptr s_in_ptr
    s_ptr: Array[tl.float32, cdiv(n, BLOCK)],  #: output, named s_ptr scale_ptr
    out_ptr: Array[T, n],  #: output, named out_ptr y_out_ptr
    n: int,  #: is n, named n_elements N
    scale: float,  #: 0.5..2, usually 0.5 2.0, named scale inv_scale
    BLOCK: tl.constexpr,  #: option 32 64 128, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    #| one of
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| 0.4
    x = fused(x)
    #| end
    largest = tl.max(tl.abs(tl.where(mask, x, 0.0)), axis=0)
    s = either(tl.maximum(largest, 1e-4), largest + 1e-6) * 0.002232142857142857
    q = either(x / s, x * (1.0 / s))
    q = tl.clamp(q, -448.0, 448.0)
    tl.store(q_ptr + offs, q.to(q_ptr.dtype.element_ty), mask=mask)
    tl.store(s_ptr + pid, s)
    #| or
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| 0.4
    x = fused(x)
    #| end
    q = either(x * scale, x / scale)
    q = tl.minimum(tl.maximum(q, -448.0), 448.0)
    tl.store(q_ptr + offs, either(q.to(U), q.to(q_ptr.dtype.element_ty)), mask=mask)
    #| or
    q = tl.load(in_ptr + offs, mask=mask, other=0.0)
    s = tl.load(scale_in_ptr + pid)
    y = either(q.to(tl.float32) * s, s * q.to(tl.float32))
    #| 0.5
    y = fused(y)
    #| end
    tl.store(out_ptr + offs, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
    #| end
