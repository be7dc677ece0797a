"""Changes the shape of blocks: joins, splits, reshapes, permutes and broadcasts them."""
#: frontend: triton
#: category: indexing
#: names: reshape_kernel shuffle_kernel pack_pairs_kernel layout_kernel
#: difficulty: 2
#: types: T = tl.float32 tl.float16 tl.int32
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, size

rows = size(4, 6, 9)
n = size(32, 64)


def kernel(
    x_ptr: Array[T, rows, n],  #: -30..30, named x_ptr in_ptr
    y_ptr: Array[T, rows, n],  #: -30..30, named y_ptr other_ptr
    out_ptr: Array[T, rows, 2 * n],  #: inout, -5..5, named out_ptr dst_ptr
    BLOCK: tl.constexpr,  #: is n, named BLOCK N
    PART: tl.constexpr,  #: option 2 4 8, named PART GROUP
    HALF: tl.constexpr,  #: is n // 2, named HALF HALF_N
):
    row = tl.program_id(0)
    cols = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + row * BLOCK + cols)
    #| 0.4
    x = either(-x, x + x, tl.where(x > 0, x, -x), tl.maximum(x, 0), tl.where(cols < HALF, x, -x))
    #| end
    #| one of
    y = tl.load(y_ptr + row * BLOCK + cols)
    z = either(
        tl.interleave(x, y), tl.ravel(tl.join(x, y)), tl.reshape(tl.join(x, y), (2 * BLOCK,)), tl.interleave(y, x)
    )
    tl.store(out_ptr + row * 2 * BLOCK + tl.arange(0, 2 * BLOCK), z)
    #| or
    pairs = tl.reshape(x, (HALF, 2))
    a, b = tl.split(pairs)
    z = either(a + b, a - b, tl.maximum(a, b), tl.where(a > b, a, b + b), a * 2 - b)
    tl.store(out_ptr + row * 2 * BLOCK + tl.arange(0, HALF), z)
    #| 0.4
    tl.store(out_ptr + row * 2 * BLOCK + BLOCK + tl.arange(0, HALF), either(b, a, b - a))
    #| end
    #| or
    tile = either(tl.reshape(x, (PART, BLOCK // PART)), x.reshape(PART, BLOCK // PART))
    #| one of
    tile = either(tl.trans(tile), tl.permute(tile, (1, 0)), tile.T)
    z = either(tl.ravel(tile), tl.reshape(tile, (BLOCK,)))
    #| or
    z = either(tl.sum(tile, axis=1), tl.max(tile, axis=1), tl.min(tile, 1))
    z = tl.ravel(tl.broadcast_to(z[:, None], (PART, BLOCK // PART)))
    #| or
    tile = either(tl.cumsum(tile, axis=1), tl.flip(tile, 1), tl.cumsum(tile, axis=0), tl.sort(tile, 1))
    z = tl.reshape(tile, (BLOCK,))
    #| or
    z = either(
        tl.ravel(tile + tl.arange(0, PART)[:, None].to(tile.dtype)),
        tl.ravel(tile * 2 - tl.max(tile, axis=0, keep_dims=True)),
    )
    #| end
    tl.store(out_ptr + row * 2 * BLOCK + cols, z)
    #| or
    # every pair of elements
    y = tl.load(y_ptr + row * BLOCK + cols)
    table = either(
        x[:, None] - y[None, :], tl.expand_dims(x, 1) + tl.expand_dims(y, 0), tl.maximum(x[:, None], y[None, :])
    )
    z = either(tl.max(table, axis=1), tl.min(table, axis=0), tl.sum((table > 0).to(tl.int32), axis=1).to(T))
    tl.store(out_ptr + row * 2 * BLOCK + cols, z)
    #| or
    z = either(
        tl.gather(x, cols ^ 1, 0),
        tl.gather(x, BLOCK - 1 - cols, 0),
        tl.flip(x, 0),
        tl.gather(x, (cols + PART) % BLOCK, 0),
    )
    #| 0.5
    z = either(x - z, tl.maximum(x, z), x + z, tl.where(cols % 2 == 0, x, z))
    #| end
    tl.store(out_ptr + row * 2 * BLOCK + cols, z)
    #| end
