"""Counts values in bins."""
#: frontend: triton
#: category: indexing
#: names: histogram_kernel bincount_kernel count_kernel expert_count_kernel
#: difficulty: 2
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, either, size

n = size(300, 500, 256)


def kernel(
    x_ptr: Array[tl.int32, n],  #: 0..31, named x_ptr bins_ptr expert_ptr
    v_ptr: Array[tl.float32, n],  #: -2..2, named v_ptr value_ptr
    w_ptr: Array[tl.float32, n],  #: 0.5..2, named w_ptr weight_ptr
    count_ptr: Array[tl.int32, 32],  #: 0..9, inout, named count_ptr hist_ptr out_ptr
    sum_ptr: Array[tl.float32, 32],  #: -1..1, inout, named sum_ptr weighted_ptr
    part_ptr: Array[tl.int32, cdiv(n, BLOCK), 32],  #: output, named part_ptr partial_ptr
    n: int,  #: is n, named n_elements N
    BINS: tl.constexpr,  #: option 32, named BINS NUM_BINS
    BLOCK: tl.constexpr,  #: option 64 128, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    #| one of
    x = tl.load(x_ptr + offs, mask=mask, other=0)
    #| or
    v = tl.load(v_ptr + offs, mask=mask, other=0.0)
    x = either((v * 8.0 + 16.0).to(tl.int32), tl.floor((v + 2.0) * 7.5).to(tl.int32))
    x = either(tl.minimum(tl.maximum(x, 0), BINS - 1), x & (BINS - 1))
    #| or
    x = tl.load(x_ptr + offs, mask=mask, other=0)
    x = either((x * 7 + 3) % BINS, (x ^ 5) & (BINS - 1), x >> 1, BINS - 1 - x)
    #| end
    #| one of
    counts = tl.histogram(x, BINS, mask=mask)
    tl.atomic_add(count_ptr + tl.arange(0, BINS), counts)
    #| or
    tl.atomic_add(count_ptr + x, 1, mask=mask)
    #| or
    w = tl.load(w_ptr + offs, mask=mask, other=0.0)
    tl.atomic_add(sum_ptr + x, either(w, w * w, 2.0 * w), mask=mask)
    #| or
    same = (x[:, None] == tl.arange(0, BINS)[None, :]) & mask[:, None]
    counts = tl.sum(same.to(tl.int32), axis=0)
    tl.store(part_ptr + pid * BINS + tl.arange(0, BINS), counts)
    #| or
    counts = tl.histogram(x, BINS, mask=mask)
    #| 0.5
    counts = tl.cumsum(counts, axis=0)
    #| end
    tl.store(part_ptr + pid * BINS + tl.arange(0, BINS), either(counts, counts + 1, tl.maximum(counts, 1)))
    #| end
