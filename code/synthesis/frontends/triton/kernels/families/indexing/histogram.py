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
    keep_ptr: Array[tl.int8, n],  #: 0..1, named keep_ptr mask_ptr valid_ptr
    y_ptr: Array[tl.int32, n],  #: 0..3, named y_ptr label_ptr group_ptr
    scale: float,  #: 2..7.5, usually 4.0, named scale inv_width
    rank_ptr: Array[tl.int32, n],  #: output, named rank_ptr local_ptr
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
    x = either(tl.load(x_ptr + offs, mask=mask, other=0), tl.load(x_ptr + offs, mask=offs < n, other=0))
    #| or
    v = tl.load(v_ptr + offs, mask=mask, other=0.0)
    x = either((v * 8.0 + 16.0).to(tl.int32), tl.floor((v + 2.0) * 7.5).to(tl.int32), ((v + 2.0) * scale).to(tl.int32),
               tl.floor(scale * (v + 2.0)).to(tl.int32), (tl.abs(v) * 2.0 * scale).to(tl.int32))  # fmt: skip
    x = either(tl.minimum(tl.maximum(x, 0), BINS - 1), x & (BINS - 1), tl.maximum(tl.minimum(x, BINS - 1), 0))
    #| or
    x = tl.load(x_ptr + offs, mask=mask, other=0)
    x = either((x * 7 + 3) % BINS, (x ^ 5) & (BINS - 1), x >> 1, BINS - 1 - x, (x + offs) & (BINS - 1))
    #| or
    # bins of pairs
    x = tl.load(x_ptr + offs, mask=mask, other=0)
    y = tl.load(y_ptr + offs, mask=mask, other=0)
    x = either((x & 7) * 4 + y, (x + y) % BINS, (x // 4) * 4 + y, (x ^ y) & (BINS - 1), tl.minimum(x + y, BINS - 1),
               tl.where(y == 0, x, BINS - 1 - x))  # fmt: skip
    #| end
    #| 0.25
    keep = tl.load(keep_ptr + offs, mask=mask, other=0)
    mask = either(mask & (keep != 0), (keep != 0) & mask, mask & (keep == 1))
    #| end
    #| one of
    counts = tl.histogram(x, BINS, mask=mask)
    #| 0.6
    tl.atomic_add(count_ptr + tl.arange(0, BINS), counts)
    #| else
    bins = tl.arange(0, BINS)
    tl.atomic_add(count_ptr + bins, counts, mask=counts > 0)
    #| end
    #| or
    tl.atomic_add(count_ptr + x, either(1, 2, tl.load(y_ptr + offs, mask=mask, other=0)), mask=mask)
    #| or
    w = tl.load(w_ptr + offs, mask=mask, other=0.0)
    tl.atomic_add(sum_ptr + x, either(w, w * w, 2.0 * w, w * scale, 1.0 / w), mask=mask)
    #| 0.3
    tl.atomic_add(count_ptr + x, 1, mask=mask)
    #| end
    #| or
    # rank of each element within its bin
    before = tl.arange(0, BLOCK)[None, :] < tl.arange(0, BLOCK)[:, None]
    same = either(
        (x[:, None] == x[None, :]) & before & mask[None, :], before & mask[None, :] & (x[None, :] == x[:, None])
    )
    rank = either(tl.sum(same.to(tl.int32), axis=1), tl.sum(tl.where(same, 1, 0), axis=1))
    tl.store(rank_ptr + offs, either(rank, rank + x * BLOCK), mask=either(mask, offs < n))
    #| or
    bins = tl.arange(0, BINS)
    same = either((x[:, None] == bins[None, :]) & mask[:, None], mask[:, None] & (bins[None, :] == x[:, None]))
    w = tl.load(w_ptr + offs, mask=mask, other=0.0)
    sums = either(tl.sum(tl.where(same, w[:, None], 0.0), axis=0), tl.max(tl.where(same, w[:, None], 0.0), axis=0))
    either(tl.atomic_add, tl.atomic_max)(sum_ptr + bins, sums)
    #| or
    same = either((x[:, None] == tl.arange(0, BINS)[None, :]) & mask[:, None],
                  (tl.arange(0, BINS)[None, :] == x[:, None]) & mask[:, None])  # fmt: skip
    counts = either(tl.sum(same.to(tl.int32), axis=0), tl.sum(tl.where(same, 1, 0), axis=0))
    tl.store(part_ptr + pid * BINS + tl.arange(0, BINS), counts)
    #| or
    counts = tl.histogram(x, BINS, mask=mask)
    #| 0.5
    counts = tl.cumsum(counts, axis=0)
    #| end
    tl.store(part_ptr + pid * BINS + tl.arange(0, BINS), either(counts, counts + 1, tl.maximum(counts, 1)))
    #| end
