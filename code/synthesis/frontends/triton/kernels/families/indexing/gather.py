"""Permutes, gathers or scatters elements by an array of places."""
#: frontend: triton
#: category: indexing
#: names: gather_kernel scatter_kernel permute_kernel take_kernel index_put_kernel
#: difficulty: 2
#: types: T = tl.float32 tl.float16 tl.int32
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, size

n = size(200, 256, 300)
m = size(128, 150)


def kernel(
    x_ptr: Array[T, m],  #: -50..50, named x_ptr src_ptr table_ptr
    y_ptr: Array[T, n],  #: -50..50, named y_ptr values_ptr
    idx_ptr: Array[tl.int32, n],  #: 0..127, named idx_ptr indices_ptr
    place_ptr: Array[tl.int32, n],  #: distinct 2, named place_ptr perm_ptr
    flag_ptr: Array[tl.int1, n],  #: 0..1, named flag_ptr mask_ptr
    out_ptr: Array[T, n],  #: output, named out_ptr dst_ptr
    far_ptr: Array[T, 2 * n],  #: -10..10, inout, named far_ptr buf_ptr
    n: int,  #: is n, named n_elements N
    fill: int,  #: -5..5, named fill default
    BLOCK: tl.constexpr,  #: option 64 128, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    #| one of
    idx = tl.load(idx_ptr + offs, mask=mask, other=0)
    #| one of
    y = tl.load(x_ptr + idx, mask=mask, other=0)
    #| or
    keep = tl.load(flag_ptr + offs, mask=mask, other=0)
    y = tl.load(x_ptr + idx, mask=mask & (keep != 0), other=fill)
    #| or
    y = tl.load(x_ptr + (idx + offs) % 128, mask=mask, other=0)
    #| end
    #| 0.5
    z = tl.load(y_ptr + offs, mask=mask, other=0)
    y = either(y + z, tl.maximum(y, z), tl.where(y > z, y, z + z), z - y)
    #| end
    tl.store(out_ptr + offs, y, mask=mask)
    #| or
    idx = tl.load(place_ptr + offs, mask=mask, other=0)
    y = tl.load(y_ptr + offs, mask=mask, other=0)
    #| 0.5
    y = either(-y, y + y, tl.where(y > 0, y, -y), y * y)
    #| end
    #| 0.5
    keep = tl.load(flag_ptr + offs, mask=mask, other=0)
    mask = mask & (keep != 0)
    #| end
    tl.store(far_ptr + idx, y, mask=mask)
    #| or
    # reverse the order
    y = tl.load(y_ptr + (n - 1 - offs), mask=mask, other=0)
    #| 0.5
    y = either(tl.where(offs % 2 == 0, y, -y), tl.where(offs < n // 2, y, y + y))
    #| end
    tl.store(out_ptr + offs, y, mask=mask)
    #| or
    y = tl.load(y_ptr + offs, mask=mask, other=0)
    order = either((tl.arange(0, BLOCK) + 1) % BLOCK, BLOCK - 1 - tl.arange(0, BLOCK), tl.arange(0, BLOCK) ^ 1)
    y = tl.gather(y, order, 0)
    tl.store(out_ptr + offs, y, mask=mask)
    #| end
