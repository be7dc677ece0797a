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
    stride: int,  #: is n, named stride row_stride
    stride_out: int,  #: is 2 * n, named stride_out out_row_stride
    HALF: tl.constexpr,  #: is n // 2, named HALF HALF_N
):
    row = tl.program_id(0)
    cols = tl.arange(0, BLOCK)
    #| one of
    x = tl.load(x_ptr + row * BLOCK + cols)
    #| or
    x = either(tl.load(x_ptr + row * stride + cols), tl.load(x_ptr + (row * stride + cols)))
    #| or
    x_ptr += row * stride
    x = tl.load(x_ptr + cols)
    #| end
    #| 0.5
    #| some of
    x = either(-x, x + x, tl.where(x > 0, x, -x), tl.maximum(x, 0), tl.where(cols < HALF, x, -x))
    #| and
    other = tl.load(y_ptr + row * stride + cols)
    x = either(x + other, x - other, tl.maximum(x, other), tl.where(cols % 2 == 0, x, other))
    #| end
    #| end
    #| one of
    y = tl.load(y_ptr + row * BLOCK + cols)
    z = either(
        tl.interleave(x, y), tl.ravel(tl.join(x, y)), tl.reshape(tl.join(x, y), (2 * BLOCK,)), tl.interleave(y, x),
        tl.ravel(tl.trans(tl.join(x, y))), tl.interleave(x + y, x - y), tl.ravel(tl.join(y, x - y)),
        tl.reshape(tl.join(x, tl.maximum(x, y)), (2 * BLOCK,)),
    )  # fmt: skip
    #| 0.3
    z = either(-z, z + z, tl.flip(z, 0), tl.maximum(z, -z))
    #| end
    tl.store(out_ptr + row * 2 * BLOCK + tl.arange(0, 2 * BLOCK), z)
    #| or
    #| 0.6
    pairs = either(tl.reshape(x, (HALF, 2)), x.reshape(HALF, 2), tl.reshape(x, [HALF, 2]))
    #| else
    # the two halves of the row
    pairs = either(tl.trans(tl.reshape(x, (2, HALF))), tl.permute(tl.reshape(x, (2, HALF)), (1, 0)))
    #| end
    a, b = either(tl.split(pairs), pairs.split())
    #| 0.3
    b = either(-b, b + b, tl.maximum(b, -b), tl.flip(b, 0))
    #| end
    z = either(a + b, a - b, tl.maximum(a, b), tl.where(a > b, a, b + b), a * 2 - b)
    tl.store(out_ptr + row * 2 * BLOCK + tl.arange(0, HALF), z)
    #| 0.4
    tl.store(out_ptr + row * 2 * BLOCK + BLOCK + tl.arange(0, HALF), either(b, a, b - a, tl.minimum(a, b), a + a + b))
    #| end
    #| or
    # three axes
    cube = either(tl.reshape(x, (PART, 2, HALF // PART)), x.reshape(PART, 2, HALF // PART),
                  tl.reshape(x, [PART, 2, HALF // PART]))  # fmt: skip
    #| 0.6
    cube = either(tl.permute(cube, (0, 2, 1)), tl.trans(cube, (0, 2, 1)), tl.permute(cube, 0, 2, 1))
    #| 0.5
    a, b = tl.split(cube)
    z = either(a + b, a - b, tl.maximum(a, b), tl.minimum(a, b), tl.where(a > b, a, b + b))
    z = either(tl.reshape(z, (HALF,)), tl.ravel(z), z.reshape(HALF))
    tl.store(out_ptr + row * either(stride_out, 2 * BLOCK) + tl.arange(0, HALF), z)
    #| else
    z = either(tl.reshape(cube, (BLOCK,)), tl.ravel(cube))
    tl.store(out_ptr + row * either(stride_out, 2 * BLOCK) + cols, z)
    #| end
    #| else
    #| 0.5
    z = either(tl.sum(cube, axis=1), tl.max(cube, axis=1), tl.min(cube, 1), tl.max(cube, axis=1) - tl.min(cube, axis=1))
    z = either(tl.reshape(z, (HALF,)).to(T), tl.ravel(z).to(T))
    tl.store(out_ptr + row * either(stride_out, 2 * BLOCK) + tl.arange(0, HALF), z)
    #| else
    cube = either(tl.permute(cube, (1, 0, 2)), tl.permute(cube, (2, 1, 0)), tl.trans(cube, (2, 0, 1)), tl.flip(cube, 1))
    z = either(tl.reshape(cube, (BLOCK,)), tl.ravel(cube))
    tl.store(out_ptr + row * either(stride_out, 2 * BLOCK) + cols, either(z, -z, z + x, tl.maximum(z, x)))
    #| end
    #| end
    #| or
    tile = either(tl.reshape(x, (PART, BLOCK // PART)), x.reshape(PART, BLOCK // PART))
    #| one of
    tile = either(tl.trans(tile), tl.permute(tile, (1, 0)), tile.T, tl.trans(tile, 1, 0))
    #| 0.3
    tile = either(tl.flip(tile, 1), tile + tile, tl.maximum(tile, -tile), tl.cumsum(tile, axis=0).to(T))
    #| end
    z = either(tl.ravel(tile), tl.reshape(tile, (BLOCK,)))
    #| 0.3
    z = either(z + x, z - x, tl.maximum(z, x), tl.where(cols < HALF, z, x))
    #| end
    #| or
    z = either(tl.sum(tile, axis=1), tl.max(tile, axis=1), tl.min(tile, 1), tl.max(tile, axis=1) - tl.min(tile, axis=1))
    #| 0.6
    z = tl.ravel(tl.broadcast_to(z[:, None], (PART, BLOCK // PART)))
    #| else
    z = either(tl.ravel(tile - z[:, None]), tl.reshape(z[:, None] - tile, (BLOCK,)), tl.ravel(tile + z[:, None]))
    #| end
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
        x[:, None] - y[None, :], tl.expand_dims(x, 1) + tl.expand_dims(y, 0), tl.maximum(x[:, None], y[None, :]),
        tl.abs(x[:, None] - y[None, :]), tl.where(cols[:, None] < cols[None, :], x[:, None], y[None, :]),
        tl.minimum(x[:, None], y[None, :]), tl.where(cols[:, None] == cols[None, :], x[:, None], y[None, :] - 1),
    )  # fmt: skip
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
