"""Pools windows of a sequence, or interpolates between neighbouring values."""
#: frontend: triton
#: category: layers
#: names: max_pool1d_kernel avg_pool_kernel upsample_kernel
#: difficulty: 2
#: types: T = tl.float32 tl.float16
#: grid: rows, cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(3, 5)
n = size(20, 33, 40)


def kernel(
    x_ptr: Array[T, rows, 2 * n],  #: -3..3, named x_ptr in_ptr
    out_ptr: Array[T, rows, n],  #: output, named out_ptr y_ptr
    idx_ptr: Array[tl.int32, rows, n],  #: output, named idx_ptr arg_ptr
    n: int,  #: is n, named n_out N
    WINDOW: tl.constexpr,  #: option 2 3 4, named WINDOW KERNEL_SIZE
    BLOCK: tl.constexpr,  #: option 16 32, named BLOCK_SIZE BLOCK
):
    row = tl.program_id(0)
    block = tl.program_id(1)
    offs = either(block * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + block * BLOCK)
    mask = offs < n
    base = row * 2 * n
    #| one of
    y = tl.full((BLOCK,), float("-inf"), dtype=tl.float32)
    for j in tl.static_range(WINDOW):
        at = 2 * offs + j
        x = tl.load(x_ptr + base + at, mask=mask & (at < 2 * n), other=-float("inf")).to(tl.float32)
        y = either(tl.maximum(y, x), tl.where(x > y, x, y))
    #| or
    y = tl.zeros((BLOCK,), dtype=tl.float32)
    for j in range(WINDOW):
        at = either(2 * offs + j, 2 * offs + j - 1)
        x = tl.load(x_ptr + base + at, mask=mask & (at >= 0) & (at < 2 * n), other=0.0).to(tl.float32)
        #| 0.5
        x = fused(x)
        #| end
        y += x
    y = y / WINDOW
    #| or
    even = tl.load(x_ptr + base + 2 * offs, mask=mask, other=0.0).to(tl.float32)
    odd = tl.load(x_ptr + base + 2 * offs + 1, mask=mask, other=0.0).to(tl.float32)
    y = either(tl.maximum(even, odd), 0.5 * (even + odd), tl.sqrt(even * even + odd * odd), even - odd)
    #| 0.4
    tl.store(
        idx_ptr + row * n + offs,
        either(tl.where(even >= odd, 2 * offs, 2 * offs + 1), (odd > even).to(tl.int32)),
        mask=mask,
    )
    #| end
    #| or
    window = tl.arange(0, 2)
    at = 2 * offs[:, None] + window[None, :]
    x = tl.load(x_ptr + base + at, mask=mask[:, None], other=0.0).to(tl.float32)
    y = either(tl.max(x, axis=1), tl.sum(x, axis=1) * 0.5, tl.min(x, axis=1))
    #| end
    #| 0.6
    y = fused(y)
    #| end
    tl.store(out_ptr + row * n + offs, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
