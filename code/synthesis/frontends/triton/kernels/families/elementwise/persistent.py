"""Applies a function to all blocks of an array with a fixed number of persistent programs."""
#: frontend: triton
#: category: elementwise
#: names: persistent_map_kernel grid_stride_kernel streaming_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: programs

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

n = size(1000, 1300, 777)
programs = size(2, 3, 4)


def kernel(
    x_ptr: Array[T, n],  #: -4..4, named x_ptr in_ptr src
    w_ptr: Array[T, n],  #: 0.5..2, named w_ptr scale_ptr other_ptr
    out_ptr: Array[T, n],  #: output, named out_ptr dst y_ptr
    n: int,  #: is n, named n_elements n N
    STEPS: tl.constexpr,  #: option 2 3, named STEPS N_TERMS ORDER
    BLOCK: tl.constexpr,  #: option 32 64 128, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    step = tl.num_programs(0)
    #| one of
    for i in range(pid, tl.cdiv(n, BLOCK), step):
        offs = i * BLOCK + tl.arange(0, BLOCK)
        mask = offs < n
        x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
        x = fused(x)
        #| 0.5
        w = tl.load(w_ptr + offs, mask=mask, other=1.0).to(tl.float32)
        x = either(x * w, x / w, x + w, w - x)
        #| end
        #| 0.3
        x = fused(x)
        #| end
        tl.store(out_ptr + offs, x, mask=mask)
    #| or
    for start in range(pid * BLOCK, n, step * BLOCK):
        offs = start + tl.arange(0, BLOCK)
        mask = offs < n
        x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
        x = fused(x)
        tl.store(out_ptr + offs, either(x, x.to(out_ptr.dtype.element_ty)), mask=mask)
    #| or
    start = pid * BLOCK
    while start < n:
        offs = start + tl.arange(0, BLOCK)
        mask = offs < n
        x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
        #| 0.5
        y = tl.full((BLOCK,), 1.0, tl.float32)
        for j in tl.static_range(STEPS):
            y = either(y * x * 0.25 + 1.0, 1.0 + x * y / (j + 2), y + x / (j + 1))
        #| else
        y = fused(x)
        #| end
        tl.store(out_ptr + offs, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
        start += step * BLOCK
    #| end
