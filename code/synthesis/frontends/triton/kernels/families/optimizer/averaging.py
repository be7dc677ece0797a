"""Averages, clips or accumulates arrays of parameters."""
#: frontend: triton
#: category: optimizer
#: names: ema_kernel clip_grad_kernel lerp_kernel accumulate_kernel
#: difficulty: 1 2
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

n = size(300, 700, 1024)


def kernel(
    x_ptr: Array[T, n],  #: -2..2, inout, named ema_ptr p_ptr x_ptr
    y_ptr: Array[T, n],  #: -2..2, named p_ptr y_ptr grad_ptr
    norm_ptr: Array[tl.float32, 1],  #: 0.5..4, named norm_ptr total_norm_ptr
    n: int,  #: is n, named n_elements N
    decay: float,  #: 0.5..0.95, usually 0.9 0.99, named decay momentum
    limit: float,  #: 0.5..2, usually 1.0, named max_norm limit
    BLOCK: tl.constexpr,  #: option 64 128 256, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| some of
    y = tl.load(y_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    x = either(decay * x + (1.0 - decay) * y, x + (1 - decay) * (y - x), x + y, x - decay * y)
    #| and
    norm = tl.load(norm_ptr)
    x = either(x * tl.minimum(limit / (norm + 1e-6), 1.0), tl.where(norm > limit, x * (limit / norm), x))
    #| and
    x = fused(x)
    #| end
    tl.store(x_ptr + offs, either(x, x.to(x_ptr.dtype.element_ty)), mask=mask)
