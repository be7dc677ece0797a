"""Finds the largest or smallest element of each row, and its index."""
#: frontend: triton
#: category: reduction
#: names: argmax_kernel row_argmax argmin_kernel max_with_index_kernel
#: difficulty: 2
#: types: T = tl.float32 tl.float16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(5, 10, 16)
n = size(60, 100, 128, 37)


def better(a, i, b, j):
    first = (a > b) | ((a == b) & (i < j))
    return tl.where(first, a, b), tl.where(first, i, j)


def lesser(a, i, b, j):
    first = (a < b) | ((a == b) & (i < j))
    return tl.where(first, a, b), tl.where(first, i, j)


def softcap(x, cap):
    return cap * (2.0 * tl.sigmoid(2.0 * x / cap) - 1.0)


def kernel(
    x_ptr: Array[T, rows, n],  #: -5..5, named x_ptr logits_ptr X
    y_ptr: Array[T, rows, n],  #: -3..3, named y_ptr noise_ptr other_ptr
    bias_ptr: Array[tl.float32, n],  #: -2..2, named bias_ptr prior_ptr penalty_ptr
    allowed_ptr: Array[tl.int8, rows, n],  #: 0..3, named allowed_ptr mask_ptr
    class_ptr: Array[tl.int32, n],  #: 0..999, named class_ptr token_ptr vocab_ptr
    table_ptr: Array[tl.float32, n],  #: -2..2, named table_ptr values_ptr
    value_ptr: Array[tl.float32, rows],  #: output, named val_ptr out_ptr max_ptr
    index_ptr: Array[tl.int32, rows],  #: output, named idx_ptr index_ptr arg_ptr
    wide_ptr: Array[tl.int64, rows],  #: output, named idx_ptr out_idx_ptr
    best_ptr: Array[tl.float32, rows, n],  #: output, named onehot_ptr out_ptr
    stride: int,  #: is n, named stride row_stride
    n: int,  #: is n, named n_cols N
    scale: float,  #: 0.5..2, usually 0.5 2.0, named scale temperature
    SMALL: tl.constexpr,  #: option 16 32, named BLOCK_SIZE BLOCK
    BLOCK: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK
):
    row = tl.program_id(0)
    #| 0.6
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    #| 0.6
    # the largest
    #| one of
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=-float("inf")).to(tl.float32)
    #| or
    x_ptr += row * stride
    x = either(tl.load(x_ptr + cols, mask=mask, other=float("-inf")), tl.load(x_ptr + cols, mask=mask, other=-1e4))
    x = x.to(tl.float32)
    #| or
    offs = either(row * stride + cols, cols + row * stride)
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    x = either(tl.where(mask, x, -float("inf")), tl.where(cols < n, x, float("-inf")))
    #| end
    #| 0.6
    #| some of
    bias = tl.load(bias_ptr + cols, mask=mask, other=0.0)
    x = either(x + bias, bias + x, x - bias)
    #| and
    y = tl.load(y_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    x = either(x + y, x - tl.abs(y), x + 0.5 * y, x + tl.maximum(y, 0.0), x - y * y)
    #| and
    # mask disallowed positions
    allowed = tl.load(allowed_ptr + row * stride + cols, mask=mask, other=0)
    x = either(tl.where(allowed != 0, x, -1e4), tl.where(allowed == 0, -1e4, x), tl.where(allowed > 0, x, x - 20.0))
    #| and
    x = either(softcap(x, 8.0), tl.abs(x), x * x, -x, x * 0.5 + 1.0, tl.exp(tl.minimum(x, 9.0)), tl.abs(x - 1.0))
    #| end
    x = either(tl.where(mask, x, -float("inf")), tl.where(mask, x, float("-inf")), tl.where(cols < n, x, -1e30))
    #| end
    #| one of
    place = either(tl.argmax(x, axis=0), tl.argmax(x, 0))
    best = either(tl.max(x, axis=0), tl.max(x))
    #| or
    best, place = tl.max(x, axis=0, return_indices=True)
    #| or
    best = tl.max(x, axis=0)
    place = either(tl.min(tl.where(x == best, cols, BLOCK), axis=0), tl.min(tl.where(x >= best, cols, n), axis=0))
    #| or
    # combine pairs of values and indices
    best, place = tl.reduce((x, cols), 0, better)
    #| or
    # the last index among equal values
    best = either(tl.max(x, axis=0), tl.max(x))
    place = either(tl.max(tl.where(x == best, cols, -1), axis=0), tl.max(tl.where(x >= best, cols, 0), axis=0))
    #| end
    #| 0.3
    # the probability of the best, its margin, or its distance from the mean
    #| one of
    best = either(1.0 / tl.sum(tl.exp(x - best), axis=0), -tl.log(tl.sum(tl.exp(x - best), axis=0)))
    #| or
    second = either(tl.max(tl.where(cols == place, -1e4, x), axis=0), tl.max(tl.where(cols != place, x, -1e4)))
    best = either(best - second, second, tl.exp(second - best))
    #| or
    best = best - tl.sum(tl.where(mask, tl.maximum(x, -10.0), 0.0), axis=0) / n
    #| end
    #| end
    #| else
    # the smallest
    #| one of
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=float("inf")).to(tl.float32)
    #| or
    x_ptr += row * stride
    x = either(tl.load(x_ptr + cols, mask=mask, other=float("inf")), tl.load(x_ptr + cols, mask=cols < n, other=1e4))
    x = x.to(tl.float32)
    #| end
    #| 0.6
    #| some of
    bias = tl.load(bias_ptr + cols, mask=mask, other=0.0)
    x = either(x + bias, tl.abs(x - bias), (x - bias) * (x - bias))
    #| and
    y = tl.load(y_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    x = either(x + y, tl.abs(x - y), (x - y) * (x - y), x + tl.abs(y), x + y * y)
    #| and
    x = either(tl.abs(x), x * x, tl.abs(x - 1.0), -x)
    #| end
    x = either(tl.where(mask, x, float("inf")), tl.where(cols < n, x, float("inf")), tl.where(mask, x, 1e30))
    #| end
    #| one of
    place = either(tl.argmin(x, axis=0), tl.argmin(x, 0))
    best = either(tl.min(x, axis=0), tl.min(x))
    #| or
    best, place = tl.min(x, axis=0, return_indices=True)
    #| or
    best, place = tl.reduce((x, cols), 0, lesser)
    #| or
    best = tl.min(x, axis=0)
    place = either(tl.min(tl.where(x == best, cols, BLOCK), axis=0), tl.max(tl.where(x == best, cols, -1), axis=0))
    #| end
    #| end
    #| 0.2
    # one-hot of the best
    #| 0.5
    tl.store(best_ptr + row * stride + cols, (cols == place).to(tl.float32), mask=mask)
    #| else
    tl.store(best_ptr + row * stride + cols, tl.where(cols == place, best, 0.0), mask=mask)
    #| end
    #| end
    #| else
    # block by block
    #| 0.6
    best = either(-float("inf"), float("-inf"), -1e30)
    place = 0
    for start in either(range(0, n, SMALL), tl.range(0, n, SMALL)):
        cols = start + tl.arange(0, SMALL)
        mask = cols < n
        x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        #| some of
        bias = tl.load(bias_ptr + cols, mask=mask, other=0.0)
        x = either(x + bias, x - bias)
        #| and
        y = tl.load(y_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        x = either(x + y, x - tl.abs(y), x + 0.5 * y)
        #| and
        x = either(tl.abs(x), x * x, -x, softcap(x, 8.0))
        #| end
        x = either(tl.where(mask, x, -float("inf")), tl.where(cols < n, x, -1e30))
        #| one of
        top = tl.max(x, axis=0)
        here = start + tl.argmax(x, axis=0)
        #| or
        top, here = tl.max(x, axis=0, return_indices=True)
        here += start
        #| or
        top, here = tl.reduce((x, cols), 0, better)
        #| end
        #| 0.5
        place = tl.where(top > best, here, place)
        best = either(tl.maximum(best, top), tl.where(top > best, top, best))
        #| else
        if top > best:
            best = top
            place = here
        #| end
    #| else
    # one candidate in each lane
    bests = either(tl.full((SMALL,), -1e30, dtype=tl.float32), tl.full((SMALL,), -float("inf"), tl.float32))
    places = tl.zeros((SMALL,), dtype=tl.int32)
    for start in either(range(0, n, SMALL), tl.range(0, n, SMALL)):
        cols = start + tl.arange(0, SMALL)
        x = tl.load(x_ptr + row * stride + cols, mask=cols < n, other=-1e4).to(tl.float32)
        #| 0.4
        bias = tl.load(bias_ptr + cols, mask=cols < n, other=0.0)
        x = either(x + bias, x - bias)
        #| end
        #| 0.4
        y = tl.load(y_ptr + row * stride + cols, mask=cols < n, other=0.0).to(tl.float32)
        x = either(x + y, x - tl.abs(y), x + 0.5 * y)
        #| end
        places = tl.where(x > bests, cols, places)
        bests = either(tl.maximum(bests, x), tl.where(x > bests, x, bests))
    #| one of
    best, place = tl.reduce((bests, places), 0, better)
    #| or
    best = tl.max(bests, axis=0)
    place = tl.min(tl.where(bests == best, places, n), axis=0)
    #| or
    best = either(tl.max(bests, axis=0), tl.max(bests))
    place = tl.sum(tl.where(tl.arange(0, SMALL) == tl.argmax(bests, axis=0), places, 0), axis=0)
    #| end
    #| end
    #| end
    #| 0.3
    best = either(best * scale, best / scale, best + scale)
    #| end
    #| 0.4
    best = fused(best)
    #| end
    #| one of
    tl.store(value_ptr + row, best)
    tl.store(index_ptr + row, place)
    #| or
    tl.store(index_ptr + row, either(place, place.to(tl.int32)))
    #| or
    tl.store(index_ptr + row, place)
    tl.store(value_ptr + row, best)
    #| or
    tl.store(wide_ptr + row, place.to(tl.int64))
    #| 0.5
    tl.store(value_ptr + row, best)
    #| end
    #| or
    # the table entry of the best
    value = tl.load(table_ptr + place)
    #| 0.5
    value = either(value * best, value + best, best - value)
    #| end
    tl.store(value_ptr + row, value)
    #| or
    # the class at the position
    token = tl.load(class_ptr + place)
    tl.store(index_ptr + row, either(token, token.to(tl.int32), token * n + place))
    #| 0.4
    tl.store(value_ptr + row, best)
    #| end
    #| end
