"""Reduces an array to few numbers, with atomics between programs or one partial result for each."""
#: frontend: triton
#: category: reduction
#: names: sum_kernel atomic_sum_kernel global_reduce_kernel partial_sum_kernel
#: difficulty: 2
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

n = size(500, 1000, 777)


def kernel(
    x_ptr: Array[T, n],  #: -2..2, named x_ptr in_ptr X
    y_ptr: Array[T, n],  #: -2..2, named y_ptr target_ptr Y
    total_ptr: Array[tl.float32, 4],  #: -1..1, inout, named out_ptr acc_ptr sum_ptr
    partial_ptr: Array[tl.float32, cdiv(n, BLOCK)],  #: output, named partial_ptr buf_ptr
    count_ptr: Array[tl.int32, 1],  #: 0..5, inout, named count_ptr counter_ptr
    n: int,  #: is n, named n_elements n N
    threshold: float,  #: -0.5..0.5, named threshold limit
    BLOCK: tl.constexpr,  #: option 64 128 256, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| 0.4
    y = tl.load(y_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    x = either(x * y, (x - y) * (x - y), tl.abs(x - y))
    #| end
    above = either((x > threshold) & mask, mask & (x >= threshold))
    #| 0.5
    x = fused(x)
    #| end
    x = tl.where(mask, x, 0.0)
    total = either(tl.sum(x, axis=0), tl.sum(x))
    #| one of
    tl.atomic_add(total_ptr, total)
    #| or
    tl.store(partial_ptr + pid, either(total, total / n))
    #| or
    tl.atomic_add(total_ptr + pid % 4, total, sem="relaxed")
    #| or
    tl.store(partial_ptr + pid, total)
    tl.atomic_max(total_ptr, tl.max(x, axis=0))
    #| or
    tl.atomic_add(total_ptr + 1, total)
    tl.atomic_add(count_ptr, tl.sum(above.to(tl.int32), axis=0))
    #| end
