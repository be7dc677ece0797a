"""Applies dropout with a counter-based random generator, and scales or adds the kept elements."""
#: frontend: triton
#: category: elementwise
#: names: dropout_kernel seeded_dropout fused_dropout_kernel _dropout_add
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

n = size(500, 900, 1024, 130)


def kernel(
    x_ptr: Array[T, n],  #: -3..3, named x_ptr X input_ptr
    residual_ptr: Array[T, n],  #: -3..3, named residual_ptr res_ptr
    out_ptr: Array[T, n],  #: output, named out_ptr output_ptr Y
    keep_ptr: Array[tl.int8, n],  #: output, named mask_ptr keep_ptr
    n: int,  #: is n, named n_elements n N
    p: float,  #: 0.1..0.6, usually 0.1 0.5, named p dropout_p drop_prob
    seed: int,  #: 1..100000, named seed rng_seed
    BLOCK: tl.constexpr,  #: option 64 128 256, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| 0.3
    x = fused(x)
    #| end
    #| one of
    random = tl.rand(seed, offs)
    keep = either(random > p, random >= p)
    #| or
    bits = tl.randint(seed, offs)
    keep = either((bits & 1023) > p * 1024, ((bits >> 3) & 127) >= 40)
    #| or
    keep = tl.rand(seed, offs) > p
    #| end
    #| 0.7
    y = tl.where(keep, either(x / (1 - p), x * (1.0 / (1.0 - p))), 0.0)
    #| else
    y = x * keep.to(tl.float32) / (1.0 - p)
    #| end
    #| 0.5
    residual = tl.load(residual_ptr + offs, mask=mask, other=0.0)
    y = either(y + residual, residual + y)
    #| end
    #| 0.3
    y = y + 0.1 * tl.randn(seed, offs)
    #| end
    #| 0.4
    y = fused(y)
    #| end
    tl.store(out_ptr + offs, y, mask=mask)
    #| 0.4
    tl.store(keep_ptr + offs, keep.to(tl.int8), mask=mask)
    #| end
