"""Reduces an array to a few values, with atomics between programs or one partial result for each."""
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
    weight_ptr: Array[tl.float32, n],  #: 0.5..1.5, named weight_ptr w_ptr
    keep_ptr: Array[tl.int8, n],  #: 0..1, named keep_ptr flag_ptr valid_ptr
    bin_ptr: Array[tl.int32, cdiv(n, BLOCK)],  #: 0..3, named bin_ptr group_ptr slot_ptr
    partial_ptr: Array[tl.float32, cdiv(n, BLOCK)],  #: output, named partial_ptr buf_ptr
    pair_ptr: Array[tl.float32, cdiv(n, BLOCK), 2],  #: output, named partial_ptr stats_ptr
    count_ptr: Array[tl.int32, 1],  #: 0..5, inout, named count_ptr counter_ptr
    n: int,  #: is n, named n_elements n N
    threshold: float,  #: -0.5..0.5, named threshold limit
    BLOCK: tl.constexpr,  #: option 64 128 256, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    #| 0.7
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| else
    x = either(tl.load(x_ptr + offs, mask=mask, other=0.0), tl.load(x_ptr + offs, mask=offs < n, other=0))
    x = x.to(tl.float32)
    #| end
    #| 0.4
    y = tl.load(y_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    x = either(x * y, (x - y) * (x - y), tl.abs(x - y), x + y, tl.maximum(x, y), x * x - y)
    #| end
    #| 0.25
    weight = tl.load(weight_ptr + offs, mask=mask, other=0.0)
    x = either(x * weight, weight * x, x / (0.5 + weight))
    #| end
    #| 0.2
    keep = tl.load(keep_ptr + offs, mask=mask, other=0)
    x = either(tl.where(keep != 0, x, 0.0), x * keep.to(tl.float32), tl.where(keep == 0, 0.0, x))
    #| end
    above = either((x > threshold) & mask, mask & (x >= threshold))
    #| 0.5
    x = fused(x)
    #| end
    x = either(tl.where(mask, x, 0.0), tl.where(offs < n, x, 0.0), x * mask.to(tl.float32))
    total = either(tl.sum(x, axis=0), tl.sum(x), tl.sum(x, 0))
    #| 0.2
    total = either(total / n, total * (1.0 / n), total / BLOCK)
    #| end
    #| one of
    tl.atomic_add(total_ptr, total)
    #| or
    place = tl.load(bin_ptr + pid)
    tl.atomic_add(total_ptr + place, total)
    #| 0.5
    tl.atomic_add(count_ptr, either(tl.sum(above.to(tl.int32), axis=0), tl.sum(tl.where(above, 1, 0), axis=0)))
    #| end
    #| or
    # a sum and a sum of squares, or the smallest and the largest
    tl.store(pair_ptr + pid * 2, either(total, tl.min(x, axis=0)))
    tl.store(pair_ptr + pid * 2 + 1, either(tl.sum(x * x, axis=0), tl.max(x, axis=0), tl.max(tl.abs(x), axis=0)))
    #| or
    tl.store(pair_ptr + 2 * pid, total)
    tl.store(pair_ptr + 2 * pid + 1, tl.sum(either(above.to(tl.float32), tl.where(above, x, 0.0)), axis=0))
    #| or
    tl.atomic_add(total_ptr, total)
    tl.atomic_add(total_ptr + 1, either(tl.sum(x * x, axis=0), tl.sum(tl.abs(x), axis=0)))
    #| 0.4
    tl.atomic_max(total_ptr + 2, either(tl.max(x, axis=0), tl.max(tl.abs(x), axis=0)))
    #| end
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
