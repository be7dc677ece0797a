"""Sorts each row of a matrix, or keeps its largest elements."""
#: frontend: triton
#: category: reduction
#: names: sort_kernel topk_kernel row_sort_kernel bitonic_sort_kernel
#: difficulty: 2
#: types: T = tl.float32 tl.int32 tl.float16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(4, 8, 12)
n = size(32, 64, 16)
m = size(20, 48, 50, 33)


def softcap(x, cap):
    return cap * (2.0 * tl.sigmoid(2.0 * x / cap) - 1.0)


def kernel(
    x_ptr: Array[T, rows, n],  #: -50..50, named x_ptr in_ptr keys_ptr
    y_ptr: Array[T, rows, n],  #: -50..50, named y_ptr other_ptr
    logits_ptr: Array[T, rows, m],  #: -4..4, named logits_ptr scores_ptr X
    bias_ptr: Array[tl.float32, m],  #: -2..2, named bias_ptr prior_ptr
    tile_ptr: Array[T, rows, ROWS, n],  #: -20..20, named tile_ptr x_ptr in_ptr
    out_ptr: Array[T, rows, n],  #: inout, -1..1, named out_ptr y_ptr sorted_ptr
    order_ptr: Array[tl.int32, rows, n],  #: inout, 0..3, named order_ptr rank_ptr idx_ptr
    sorted_ptr: Array[tl.float32, rows, m],  #: inout, -1..1, named sorted_ptr out_ptr Y
    tile_out_ptr: Array[T, rows, ROWS, n],  #: inout, -1..1, named out_ptr sorted_ptr
    stat_ptr: Array[tl.float32, rows],  #: output, named stat_ptr median_ptr score_ptr
    stride: int,  #: is n, named stride row_stride
    stride_out: int,  #: is n, named stride_out out_row_stride
    m: int,  #: is m, named n_cols M n_experts
    temperature: float,  #: 0.5..2, usually 0.5 2.0, named temperature tau
    K: tl.constexpr,  #: option 2 4 8, named K TOP_K
    ROWS: tl.constexpr,  #: option 2 4, named ROWS R
    BLOCK: tl.constexpr,  #: is n, named BLOCK_SIZE N BLOCK
    WIDE: tl.constexpr,  #: is next_power_of_2(m), named BLOCK_SIZE BLOCK
    DESCENDING: tl.constexpr,  #: option True False
):
    row = tl.program_id(0)
    #| 0.45
    cols = tl.arange(0, BLOCK)
    #| one of
    x = either(tl.load(x_ptr + row * stride + cols), tl.load(x_ptr + (row * stride + cols)))
    #| or
    x_ptr += row * stride
    x = tl.load(x_ptr + cols)
    #| or
    keys = x_ptr + row * stride + cols
    x = tl.load(keys)
    #| end
    #| 0.35
    y = either(tl.load(y_ptr + row * stride + cols), tl.load(y_ptr + (cols + row * stride)))
    x = either(x + y, x - y, tl.maximum(x, y), tl.minimum(x, y), tl.where(x > y, x, y), x + tl.abs(y))
    #| end
    #| 0.4
    x = either(-x, x + x, tl.abs(x), tl.where(x > 0, x, -x), tl.where(cols % 2 == 0, x, -x), tl.maximum(x, -x))
    #| end
    #| one of
    y = either(
        tl.sort(x), tl.sort(x, descending=True), tl.sort(x, 0), tl.flip(x, 0), tl.flip(tl.sort(x), 0),
        tl.sort(x, descending=DESCENDING), tl.sort(x, 0, DESCENDING),
    )  # fmt: skip
    #| 0.3
    y = either(tl.where(cols % 2 == 0, y, -y), tl.where(cols < K, y, y + y), tl.maximum(y, x), y - x, y + x)
    #| end
    #| one of
    tl.store(out_ptr + row * stride + cols, y)
    #| or
    out_ptr += row * either(stride_out, stride)
    tl.store(out_ptr + cols, y)
    #| or
    tl.store(out_ptr + row * stride_out + cols, y, mask=either(cols < K, cols >= K))
    #| end
    #| or
    y = either(tl.topk(x, K), tl.sort(tl.topk(x, K)), tl.flip(tl.topk(x, K)))
    #| 0.7
    top = tl.arange(0, K)
    tl.store(out_ptr + row * either(stride, stride_out) + top, y)
    #| else
    tl.store(stat_ptr + row, either(tl.sum(y.to(tl.float32), axis=0) / K, tl.min(y.to(tl.float32), axis=0)))
    #| end
    #| or
    # keep the largest elements where they are
    least = either(tl.min(tl.topk(x, K), axis=0), tl.min(tl.topk(x, K)))
    y = either(tl.where(x >= least, x, 0), tl.where(x < least, 0, x), tl.where(x >= least, x - least, 0))
    tl.store(out_ptr + row * either(stride, stride_out) + cols, y)
    #| or
    # rank of each element by counting
    #| one of
    less = (x[None, :] < x[:, None]) | ((x[None, :] == x[:, None]) & (cols[None, :] < cols[:, None]))
    #| or
    less = (x[None, :] > x[:, None]) | ((x[None, :] == x[:, None]) & (cols[None, :] < cols[:, None]))
    #| or
    before = cols[None, :] < cols[:, None]
    less = either(tl.where(before, x[None, :] <= x[:, None], x[None, :] < x[:, None]),
                  (x[None, :] < x[:, None]) | (before & (x[None, :] == x[:, None])))  # fmt: skip
    #| end
    rank = either(tl.sum(less.to(tl.int32), axis=1), tl.sum(less.to(tl.int32), 1), tl.sum(tl.where(less, 1, 0), axis=1))
    #| one of
    tl.store(out_ptr + row * either(stride, stride_out) + rank, x)
    #| or
    tl.store(order_ptr + row * stride + cols, rank)
    #| or
    tl.store(order_ptr + row * stride + rank, cols)
    #| or
    tl.store(out_ptr + row * stride + rank, x, mask=rank < K)
    tl.store(order_ptr + row * stride + rank, cols, mask=rank < K)
    #| end
    #| or
    # sort indices with their keys, packed into one integer
    key = either(x.to(tl.int32) * BLOCK + cols, x.to(tl.int32) * BLOCK | cols, cols + BLOCK * x.to(tl.int32))
    key = either(tl.sort(key), tl.sort(key, descending=True), tl.sort(key, descending=DESCENDING))
    tl.store(order_ptr + row * either(stride, stride_out) + cols, key & (BLOCK - 1))
    #| end
    #| else
    #| 0.7
    cols = tl.arange(0, WIDE)
    mask = cols < m
    #| one of
    x = tl.load(logits_ptr + row * m + cols, mask=mask, other=0).to(tl.float32)
    #| or
    logits_ptr += row * m
    x = either(tl.load(logits_ptr + cols, mask=mask, other=0).to(tl.float32),
               tl.load(logits_ptr + cols, mask=cols < m, other=0).to(tl.float32))  # fmt: skip
    #| end
    #| some of
    x = either(x / temperature, x * temperature, x * (1.0 / temperature))
    #| and
    bias = tl.load(bias_ptr + cols, mask=mask, other=0.0)
    x = either(x + bias, bias + x, x - bias)
    #| and
    x = fused(x)
    #| and
    x = either(softcap(x, 5.0), tl.sigmoid(x), tl.abs(x), tl.log(1.0 + tl.exp(x)), tl.exp(x), tl.sqrt(tl.abs(x) + 0.1))
    #| end
    #| 0.6
    x = either(tl.where(mask, x, -float("inf")), tl.where(mask, x, float("-inf")), tl.where(cols < m, x, -1e9))
    #| one of
    y = either(tl.sort(x, descending=True), tl.flip(tl.sort(x), 0), tl.sort(x, 0, descending=True))
    #| one of
    y = fused(y)
    #| or
    y = either(tl.where(cols < K, y, 0.0), tl.where(cols % 2 == 0, y, 0.5 * y))
    #| or
    y = either(tl.exp(y - tl.max(y, axis=0)), y - tl.max(y, axis=0))
    #| or
    y = either(tl.cumsum(tl.exp(y - tl.max(y, axis=0)), axis=0), tl.softmax(y), tl.cumsum(tl.softmax(y), axis=0))
    #| or
    y = either(y * temperature, y + temperature)
    #| end
    tl.store(sorted_ptr + row * m + cols, y, mask=either(mask, cols < m))
    #| or
    y = either(tl.topk(x, K), tl.topk(x, K, 0))
    top = tl.arange(0, K)
    #| 0.5
    # weights of the chosen experts
    y = either(tl.softmax(y), tl.sigmoid(y))
    #| end
    #| 0.5
    y = fused(y)
    #| end
    tl.store(sorted_ptr + row * m + top, y)
    #| or
    least = either(tl.min(tl.topk(x, K), axis=0), tl.min(tl.topk(x, K)))
    #| 0.5
    x = tl.where(x >= least, tl.exp(x - tl.max(x, axis=0)), 0.0)
    y = either(x / tl.sum(x, axis=0), x * (1.0 / tl.sum(x)))
    #| else
    y = either(tl.where(x >= least, x, 0.0), tl.where(x < least, 0.0, x), tl.where(x >= least, x - least, 0.0))
    #| end
    #| 0.4
    y = fused(y)
    #| end
    tl.store(sorted_ptr + row * m + cols, y, mask=either(mask, cols < m))
    #| end
    #| else
    x = either(tl.where(mask, x, float("inf")), tl.where(cols < m, x, float("inf")), tl.where(mask, x, 1e9))
    y = either(tl.sort(x), tl.sort(x, 0), tl.sort(x, descending=False))
    #| one of
    #| 0.6
    y = fused(y)
    #| end
    tl.store(sorted_ptr + row * m + cols, y, mask=either(mask, cols < m))
    #| or
    y = either(tl.where(mask, y, 0.0), tl.where(cols < m, y, 0.0))
    #| one of
    y = tl.sum(tl.where(cols == either(m // 2, (m - 1) // 2, m // 4), y, 0.0), axis=0)
    #| or
    # mean without the smallest and largest elements
    inner = either((cols >= K) & (cols < m - K), mask & (cols >= K))
    y = either(tl.sum(tl.where(inner, y, 0.0), axis=0) / (m - K), tl.sum(tl.where(inner, y, 0.0)) / m)
    #| or
    y = either(tl.sum(y * cols, axis=0) / m, tl.sum(y * (2 * cols - m + 1), axis=0) / m, tl.sum(y * cols / m, axis=0))
    #| end
    #| 0.4
    y = y / (1.0 + tl.abs(y))
    #| end
    tl.store(stat_ptr + row, y)
    #| end
    #| end
    #| else
    # a few rows at once
    cols = tl.arange(0, BLOCK)
    i = tl.arange(0, ROWS)
    #| 0.5
    offs = either(i[:, None] * stride + cols[None, :], cols[None, :] + i[:, None] * stride)
    offs += row * ROWS * stride
    #| else
    offs = either((row * ROWS + i[:, None]) * stride + cols[None, :], (row * ROWS + i)[:, None] * stride + cols)
    #| end
    x = tl.load(tile_ptr + offs)
    #| 0.5
    x = either(-x, x + x, tl.abs(x), tl.where(x > 0, x, -x), tl.where(cols[None, :] % 2 == 0, x, -x))
    #| end
    #| 0.7
    y = either(tl.sort(x), tl.sort(x, 1), tl.sort(x, dim=1, descending=True), tl.sort(x, 1, DESCENDING), tl.flip(x, 1),
               tl.flip(tl.sort(x, 1), 1))  # fmt: skip
    #| 0.4
    y = either(tl.where(cols[None, :] < K, y, x), y - x, tl.maximum(x, y), y + x, tl.where(i[:, None] == 0, x, y))
    #| end
    tl.store(tile_out_ptr + offs, y)
    #| else
    y = either(tl.topk(x, K), tl.topk(x, K, 1))
    top = tl.arange(0, K)
    tl.store(tile_out_ptr + (row * ROWS + i[:, None]) * stride + top[None, :], y)
    #| end
    #| end
    #| end
