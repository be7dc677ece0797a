"""Permutes, gathers or scatters elements by an index array."""
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
    second_ptr: Array[tl.int32, n],  #: 0..127, named idx2_ptr second_ptr col_ptr
    chain_ptr: Array[tl.int32, m],  #: 0..127, named next_ptr map_ptr remap_ptr
    w_ptr: Array[tl.float32, n],  #: 0.5..2, named w_ptr weight_ptr alpha_ptr
    out_ptr: Array[T, n],  #: output, named out_ptr dst_ptr
    far_ptr: Array[T, 2 * n],  #: -10..10, inout, named far_ptr buf_ptr
    real_ptr: Array[tl.float32, n],  #: output, named out_ptr y_out_ptr
    n: int,  #: is n, named n_elements N
    fill: int,  #: -5..5, named fill default
    BLOCK: tl.constexpr,  #: option 64 128, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    #| one of
    #| 0.6
    idx = tl.load(idx_ptr + offs, mask=mask, other=0)
    #| else
    idx = either(
        tl.load(idx_ptr + offs, mask=mask, other=0).to(tl.int64), tl.load(idx_ptr + offs, mask=offs < n, other=0)
    )
    #| end
    #| 0.35
    idx = either(127 - idx, (idx + 1) % 128, idx ^ 1, tl.load(chain_ptr + idx, mask=mask, other=0), idx // 2,
                 (idx * 5 + 3) & 127, tl.minimum(idx, offs))  # fmt: skip
    #| end
    #| one of
    y = tl.load(x_ptr + idx, mask=mask, other=0)
    #| or
    keep = tl.load(flag_ptr + offs, mask=mask, other=0)
    y = tl.load(x_ptr + idx, mask=mask & (keep != 0), other=fill)
    #| or
    y = tl.load(x_ptr + (idx + offs) % 128, mask=mask, other=0)
    #| or
    # from two positions
    second = tl.load(second_ptr + offs, mask=mask, other=0)
    a = tl.load(x_ptr + idx, mask=mask, other=0)
    b = tl.load(x_ptr + second, mask=mask, other=0)
    y = either(a + b, a - b, tl.maximum(a, b), tl.where(a > b, a, b), tl.where(offs % 2 == 0, a, b))
    #| or
    # neighbours of the position
    y = tl.load(x_ptr + idx, mask=mask, other=0)
    y -= either(
        tl.load(x_ptr + (idx + 1) % 128, mask=mask, other=0),
        tl.load(x_ptr + tl.maximum(idx - 1, 0), mask=mask, other=0),
    )
    #| or
    keep = tl.load(flag_ptr + offs, mask=mask, other=0)
    y = tl.load(x_ptr + idx, mask=mask, other=0)
    y = either(tl.where(keep != 0, y, fill), tl.where(keep, y, -y), tl.where(keep != 0, y + y, y))
    #| end
    #| 0.5
    z = tl.load(y_ptr + offs, mask=mask, other=0)
    y = either(y + z, tl.maximum(y, z), tl.where(y > z, y, z + z), z - y)
    #| end
    #| 0.8
    tl.store(out_ptr + offs, y, mask=mask)
    #| else
    w = tl.load(w_ptr + offs, mask=mask, other=0.0)
    y = y.to(tl.float32)
    tl.store(real_ptr + offs, either(y * w, w * y, y / w, y * w + fill), mask=mask)
    #| end
    #| or
    idx = tl.load(place_ptr + offs, mask=mask, other=0)
    y = tl.load(y_ptr + offs, mask=mask, other=0)
    #| 0.4
    z = tl.load(x_ptr + tl.load(idx_ptr + offs, mask=mask, other=0), mask=mask, other=0)
    y = either(y + z, y - z, tl.maximum(y, z), tl.where(y > z, y, z))
    #| end
    #| 0.5
    y = either(-y, y + y, tl.where(y > 0, y, -y), tl.maximum(y, fill), tl.where(offs % 2 == 0, y, -y))
    #| end
    #| 0.3
    # add to what is there
    y = either(
        y + tl.load(far_ptr + idx, mask=mask, other=0), tl.maximum(tl.load(far_ptr + idx, mask=mask, other=0), y)
    )
    #| end
    #| 0.5
    keep = tl.load(flag_ptr + offs, mask=mask, other=0)
    mask = mask & (keep != 0)
    #| end
    tl.store(far_ptr + idx, y, mask=mask)
    #| or
    # reverse the order
    at = either(n - 1 - offs, (offs + fill + n) % n, (offs * 7 + 3) % n, (offs + n // 2) % n, tl.maximum(offs - 1, 0))
    y = either(tl.load(y_ptr + at, mask=mask, other=0), tl.load(y_ptr + at, mask=offs < n, other=0))
    #| 0.6
    #| some of
    y = either(tl.where(offs % 2 == 0, y, -y), tl.where(offs < n // 2, y, y + y), -y, tl.maximum(y, fill))
    #| and
    z = tl.load(y_ptr + offs, mask=mask, other=0)
    y = either(y + z, z - y, tl.maximum(z, y), tl.where(z > y, z, y + y))
    #| and
    keep = tl.load(flag_ptr + offs, mask=mask, other=0)
    y = either(tl.where(keep != 0, y, fill), tl.where(keep, y, y + y))
    #| end
    #| end
    tl.store(out_ptr + offs, y, mask=mask)
    #| or
    y = tl.load(y_ptr + offs, mask=mask, other=0)
    lane = tl.arange(0, BLOCK)
    order = either(
        (lane + 1) % BLOCK, BLOCK - 1 - lane, lane ^ 1, (lane * 5 + 1) % BLOCK, lane // 2, lane & 31, lane | 3
    )
    z = either(tl.gather(y, order, 0), tl.gather(y, order, axis=0))
    #| 0.4
    y = either(z, -z, z + z)
    #| else
    y = either(y + z, y - z, tl.maximum(y, z), tl.where(lane % 2 == 0, y, z), tl.where(y > z, y, z))
    #| end
    #| 0.4
    w = tl.load(y_ptr + (n - 1 - offs), mask=mask, other=0)
    y = either(y + w, y - w, tl.minimum(y, w))
    #| end
    tl.store(out_ptr + offs, y, mask=mask)
    #| end
