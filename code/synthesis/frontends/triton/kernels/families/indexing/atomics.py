"""Updates shared elements with atomic operations."""
#: frontend: triton
#: category: indexing
#: names: atomic_update_kernel lock_free_kernel scatter_reduce_kernel flag_kernel
#: difficulty: 2
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, either, size

n = size(200, 256, 300)


def kernel(
    idx_ptr: Array[tl.int32, n],  #: 0..31, named idx_ptr index_ptr
    x_ptr: Array[tl.int32, n],  #: 0..4000, named x_ptr values_ptr
    v_ptr: Array[tl.float32, n],  #: -3..3, named v_ptr src_ptr
    place_ptr: Array[tl.int32, n],  #: distinct 2, named place_ptr slot_ptr
    acc_ptr: Array[tl.int32, 32],  #: 0..500, inout, named acc_ptr out_ptr
    sum_ptr: Array[tl.float32, 32],  #: -1..1, inout, named sum_ptr best_ptr
    wide_ptr: Array[tl.int32, 2 * n],  #: 0..9, inout, named wide_ptr table_ptr
    old_ptr: Array[tl.int32, n],  #: output, named old_ptr before_ptr
    n: int,  #: is n, named n n_elements
    BLOCK: tl.constexpr,  #: option 64 128, named BLOCK BLOCK_SIZE
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    #| one of
    idx = tl.load(idx_ptr + offs, mask=mask, other=0)
    #| 0.5
    idx = either((idx * 5 + 1) % 32, idx ^ 3, 31 - idx, idx // 2)
    #| end
    #| 0.7
    x = tl.load(x_ptr + offs, mask=mask, other=0)
    #| 0.5
    x = either(x & 255, x + 1, x // 3, x * 2, x ^ 85)
    #| end
    #| one of
    tl.atomic_max(acc_ptr + idx, x, mask=mask)
    #| or
    tl.atomic_min(acc_ptr + idx, x, mask=mask)
    #| or
    tl.atomic_or(acc_ptr + idx, x, mask=mask)
    #| or
    tl.atomic_and(acc_ptr + idx, x, mask=mask)
    #| or
    tl.atomic_xor(acc_ptr + idx, x, mask=mask)
    #| or
    tl.atomic_add(acc_ptr + idx, x, mask=mask, sem="relaxed")
    #| end
    #| else
    v = tl.load(v_ptr + offs, mask=mask, other=0.0)
    v = either(v, v * v, tl.abs(v), v * 0.5, tl.maximum(v, 0.0))
    #| one of
    tl.atomic_add(sum_ptr + idx, v, mask=mask)
    #| or
    tl.atomic_max(sum_ptr + idx, v, mask=mask)
    #| or
    tl.atomic_min(sum_ptr + idx, v, mask=mask)
    #| end
    #| end
    #| or
    # each element has its own slot
    place = tl.load(place_ptr + offs, mask=mask, other=0)
    x = tl.load(x_ptr + offs, mask=mask, other=0)
    x = either(x, x & 127, x + offs, x * 2 + 1)
    #| one of
    old = tl.atomic_xchg(wide_ptr + place, x, mask=mask)
    #| or
    old = either(tl.atomic_add(wide_ptr + place, x, mask=mask), tl.atomic_max(wide_ptr + place, x, mask=mask))
    #| or
    old = either(tl.atomic_or(wide_ptr + place, x, mask=mask), tl.atomic_xor(wide_ptr + place, x, mask=mask))
    #| end
    tl.store(old_ptr + offs, either(old, old + x, tl.where(old > 4, x, old)), mask=mask)
    #| or
    # the first program claims a free slot
    first = tl.load(acc_ptr + pid)
    old = tl.atomic_cas(acc_ptr + pid, first, either(first + 1, pid + 7, first * 2))
    tl.atomic_add(acc_ptr + 16 + pid, either(old, old + 3, old & 15))
    x = tl.load(x_ptr + offs, mask=mask, other=0)
    tl.atomic_add(acc_ptr + 31, tl.sum(tl.where(mask, x & 63, 0), axis=0))
    #| end
