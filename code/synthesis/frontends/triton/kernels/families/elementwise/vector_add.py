"""Adds or combines two vectors."""
#: frontend: triton
#: category: elementwise
#: names: add_kernel vector_add_kernel add_vectors elementwise_add_kernel binary_kernel
#: difficulty: 1 2
#: types: T = tl.float32 tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

n = size(1000, 777, 1500, 2048, 98)


def kernel(
    x_ptr: Array[T, n],  #: -4..4, named x_ptr X a_ptr in_ptr0
    y_ptr: Array[T, n],  #: -4..4, named y_ptr Y b_ptr in_ptr1
    out_ptr: Array[T, n],  #: output, named out_ptr output_ptr Z c_ptr
    n: int,  #: is n, named n_elements n N numel size
    alpha: float,  #: 0.25..2, usually 0.5 2.0, named alpha scale
    BLOCK: tl.constexpr,  #: option 64 128 256 512, named BLOCK_SIZE BLOCK XBLOCK
):
    pid = tl.program_id(0)
    #| one of
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    #| or
    start = pid * BLOCK
    offs = start + tl.arange(0, BLOCK)
    #| end
    # guard the tail of the last block
    mask = offs < n
    x = either(tl.load(x_ptr + offs, mask=mask), tl.load(x_ptr + offs, mask=mask, other=0.0))
    y = either(tl.load(y_ptr + offs, mask=mask), tl.load(y_ptr + offs, mask=mask, other=0.0))
    x = x.to(tl.float32)
    y = y.to(tl.float32)
    #| 0.3
    x = fused(x)
    #| end
    out = either(x + y, alpha * x + y, x + alpha * y, x * y, x - y, tl.maximum(x, y), x * tl.sigmoid(y), y - alpha * x)
    #| 0.4
    out = fused(out)
    #| end
    #| one of
    tl.store(out_ptr + offs, out, mask=mask)
    #| or
    tl.store(out_ptr + offs, out.to(out_ptr.dtype.element_ty), mask=mask)
    #| end
