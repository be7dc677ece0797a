"""Computes the mean and the variance of each row in one or two passes."""
#: frontend: triton
#: category: reduction
#: names: mean_var_kernel welford_kernel row_stats_kernel moments_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(5, 8, 11)
n = size(100, 150, 64, 200)


def combine(mean_a, m2_a, count_a, mean_b, m2_b, count_b):
    count = count_a + count_b
    delta = mean_b - mean_a
    share = tl.where(count == 0.0, 0.0, count_b / count)
    return mean_a + delta * share, m2_a + m2_b + delta * delta * count_a * share, count


def moments(x, mask, n):
    mean = tl.sum(x, axis=0) / n
    diff = tl.where(mask, x - mean, 0.0)
    return mean, tl.sum(diff * diff, axis=0) / n


def kernel(
    x_ptr: Array[T, rows, n],  #: -3..3, named x_ptr input_ptr X
    y_ptr: Array[T, rows, n],  #: -2..2, named y_ptr residual_ptr R
    bias_ptr: Array[T, n],  #: -1..1, named bias_ptr b_ptr
    weight_ptr: Array[T, n],  #: 0.5..1.5, named weight_ptr w_ptr
    length_ptr: Array[tl.int32, rows],  #: 20..64, named length_ptr lens_ptr
    mean_ptr: Array[tl.float32, rows],  #: output, named mean_ptr Mean
    var_ptr: Array[tl.float32, rows],  #: output, named var_ptr Var rstd_ptr
    running_ptr: Array[tl.float32, rows],  #: -1..1, inout, named running_mean_ptr ema_ptr
    stats_ptr: Array[tl.float32, rows, 2],  #: output, named stats_ptr out_ptr
    norm_ptr: Array[T, rows, n],  #: output, named out_ptr y_ptr xhat_ptr
    stride: int,  #: is n, named stride row_stride
    n: int,  #: is n, named n_cols N
    eps: float,  #: 0.000001..0.1, usually 1e-5 1e-6, named eps epsilon
    momentum: float,  #: 0.1..0.5, usually 0.1, named momentum
    BLOCK: tl.constexpr,  #: option 32 64, named BLOCK_SIZE BLOCK
    WHOLE: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK
    UNBIASED: tl.constexpr,  #: option True False
    HAS_BIAS: tl.constexpr,  #: option True False
):
    row = tl.program_id(0)
    #| 0.6
    x_ptr += row * stride
    #| else
    x_ptr = either(x_ptr + row * stride, x_ptr + row.to(tl.int64) * stride)
    #| end
    #| one of
    # one block holds the row
    cols = tl.arange(0, WHOLE)
    mask = cols < n
    x = either(tl.load(x_ptr + cols, mask=mask, other=0.0), tl.load(x_ptr + cols, mask=cols < n, other=0))
    x = x.to(tl.float32)
    #| 0.7
    #| some of
    y = tl.load(y_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    x = either(x + y, x - y, x * y, x + y * y)
    #| and
    bias = tl.load(bias_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    x = either(x + bias, bias + x, x - bias)
    #| and
    weight = tl.load(weight_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    x = either(x * weight, weight * x)
    #| and
    x = fused(x)
    #| end
    x = either(tl.where(mask, x, 0.0), tl.where(cols < n, x, 0.0))
    #| end
    #| one of
    mean = either(tl.sum(x, axis=0) / n, tl.sum(x) / n, tl.sum(x, axis=0) * (1.0 / n))
    diff = either(tl.where(mask, x - mean, 0.0), (x - mean) * mask.to(tl.float32))
    var = either(tl.sum(diff * diff, axis=0) / n, tl.sum(diff * diff) / n, tl.sum(diff * diff, axis=0) / (n - 1))
    #| or
    mean = either(tl.sum(x, axis=0) / n, tl.sum(x) / n)
    diff = tl.where(mask, x - mean, 0.0)
    var = either(tl.sum(diff * diff, axis=0), tl.sum(diff * diff))
    if UNBIASED:
        var = either(var / (n - 1), var / (n - 1.0))
    else:
        var = var / n
    #| or
    mean = either(tl.sum(x, axis=0) / n, tl.sum(x) / n)
    var = either(tl.sum(x * x, axis=0) / n - mean * mean, tl.sum(x * x) / n - mean * mean)
    var = either(tl.maximum(var, 0.0), tl.where(var > 0.0, var, 0.0))
    #| or
    mean, var = moments(x, mask, n)
    #| or
    # only the first elements count
    length = either(tl.load(length_ptr + row), tl.minimum(tl.load(length_ptr + row), n))
    inside = either(cols < length, mask & (cols < length))
    mean = tl.sum(tl.where(inside, x, 0.0), axis=0) / length
    diff = tl.where(inside, x - mean, 0.0)
    var = either(tl.sum(diff * diff, axis=0) / length, tl.sum(diff * diff) / (length - 1))
    #| or
    # weighted moments
    weight = tl.load(weight_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    total = tl.sum(weight, axis=0)
    mean = either(tl.sum(x * weight, axis=0) / total, tl.sum(weight * x) / total)
    var = either(tl.sum(weight * (x - mean) * (x - mean), axis=0) / total,
                 tl.sum(weight * x * x, axis=0) / total - mean * mean)  # fmt: skip
    #| or
    # the mean distance from the mean, or from the middle
    mean = either(
        tl.sum(x, axis=0) / n,
        tl.sum(x) / n,
        0.5 * (tl.max(tl.where(mask, x, -1e6), axis=0) + tl.min(tl.where(mask, x, 1e6), axis=0)),
    )
    diff = tl.where(mask, tl.abs(x - mean), 0.0)
    var = either(tl.sum(diff, axis=0) / n, tl.max(diff, axis=0))
    #| or
    # a tile of sums
    tile = either(tl.reshape(x, (WHOLE // 16, 16)), tl.reshape(x, (16, WHOLE // 16)), tl.reshape(x, (WHOLE // 8, 8)))
    sums = either(tl.sum(tile, axis=0), tl.sum(tile, axis=1))
    mean = tl.sum(sums, axis=0) / n
    squares = either(tl.sum(tile * tile, axis=0), tl.sum(tile * tile, axis=1))
    var = tl.sum(squares, axis=0) / n - mean * mean
    var = tl.maximum(var, 0.0)
    #| end
    #| 0.25
    scale = either(1.0 / tl.sqrt(var + eps), tl.rsqrt(var + eps))
    xhat = either((x - mean) * scale, scale * (x - mean), x * scale - mean * scale)
    #| 0.4
    xhat = fused(xhat)
    #| end
    tl.store(norm_ptr + row * stride + cols, either(xhat, xhat.to(norm_ptr.dtype.element_ty)), mask=mask)
    #| end
    #| or
    acc = either(tl.zeros((BLOCK,), dtype=tl.float32), tl.zeros([BLOCK], dtype=tl.float32))
    for start in either(range(0, n, BLOCK), tl.range(0, n, BLOCK)):
        cols = start + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
        if HAS_BIAS:
            x += tl.load(bias_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
        acc += either(x, tl.where(cols < n, x, 0.0))
    mean = either(tl.sum(acc, axis=0) / n, tl.sum(acc) / n, tl.sum(acc, axis=0) * (1.0 / n))
    squares = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in either(range(0, n, BLOCK), tl.range(0, n, BLOCK)):
        cols = start + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
        if HAS_BIAS:
            x += tl.load(bias_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
        diff = either(tl.where(cols < n, x - mean, 0.0), tl.where(cols < n, mean - x, 0.0))
        #| 0.3
        weight = tl.load(weight_ptr + cols, mask=cols < n, other=0.0).to(tl.float32)
        squares += either(weight * diff * diff, diff * diff * weight)
        #| else
        squares += either(diff * diff, tl.abs(diff), diff * diff * diff * diff)
        #| end
    var = either(tl.sum(squares, axis=0) / n, tl.sum(squares) / n, tl.sum(squares, axis=0) / (n - 1))
    #| or
    total = tl.zeros((BLOCK,), dtype=tl.float32)
    squares = either(tl.zeros((BLOCK,), dtype=tl.float32), tl.zeros_like(total))
    for start in either(range(0, n, BLOCK), tl.range(0, n, BLOCK)):
        cols = start + tl.arange(0, BLOCK)
        mask = cols < n
        x = tl.load(x_ptr + cols, mask=mask, other=0.0).to(tl.float32)
        #| 0.7
        #| some of
        y = tl.load(y_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        x = either(x + y, x - y, x * y)
        #| and
        bias = tl.load(bias_ptr + cols, mask=mask, other=0.0).to(tl.float32)
        x = either(x + bias, x - bias)
        #| and
        weight = tl.load(weight_ptr + cols, mask=mask, other=0.0).to(tl.float32)
        x = either(x * weight, weight * x)
        #| and
        x = fused(x)
        #| end
        x = tl.where(mask, x, 0.0)
        #| end
        total += x
        squares += x * x
    mean = either(tl.sum(total, axis=0) / n, tl.sum(total) / n)
    var = either(tl.sum(squares, axis=0) / n - mean * mean, tl.sum(squares) / n - mean * mean)
    #| 0.7
    var = either(tl.maximum(var, 0.0), tl.where(var > 0.0, var, 0.0))
    #| else
    var = tl.abs(var)
    #| end
    #| or
    # Welford's algorithm, one state for each lane
    means = tl.zeros((BLOCK,), dtype=tl.float32)
    m2 = tl.zeros((BLOCK,), dtype=tl.float32)
    counts = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in either(range(0, n, BLOCK), tl.range(0, n, BLOCK)):
        cols = start + tl.arange(0, BLOCK)
        mask = cols < n
        x = tl.load(x_ptr + cols, mask=mask, other=0.0).to(tl.float32)
        #| 0.6
        #| some of
        y = tl.load(y_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        x = either(x + y, x - y, x * y)
        #| and
        bias = tl.load(bias_ptr + cols, mask=mask, other=0.0).to(tl.float32)
        x = either(x + bias, x - bias)
        #| and
        x = fused(x)
        #| end
        #| end
        #| 0.5
        more = counts + 1.0
        delta = x - means
        moved = either(means + delta / more, means + delta * (1.0 / more))
        m2 = tl.where(mask, m2 + delta * (x - moved), m2)
        means = tl.where(mask, moved, means)
        counts = tl.where(mask, more, counts)
        #| else
        counts += mask.to(tl.float32)
        delta = tl.where(mask, x - means, 0.0)
        means += either(delta / tl.maximum(counts, 1.0), tl.where(mask, delta / tl.maximum(counts, 1.0), 0.0))
        m2 += either(delta * tl.where(mask, x - means, 0.0), tl.where(mask, delta * (x - means), 0.0))
        #| end
    mean, m2, count = tl.reduce((means, m2, counts), 0, combine)
    var = either(m2 / count, m2 / n, m2 / (n - 1))
    #| or
    # merge the moments of each block into those of the row
    mean = 0.0
    m2 = 0.0
    for start in either(range(0, n, BLOCK), tl.range(0, n, BLOCK)):
        cols = start + tl.arange(0, BLOCK)
        mask = cols < n
        x = tl.load(x_ptr + cols, mask=mask, other=0.0).to(tl.float32)
        #| 0.5
        #| some of
        y = tl.load(y_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        x = either(x + y, x - y, x * y)
        #| and
        x = fused(x)
        #| end
        x = tl.where(mask, x, 0.0)
        #| end
        count = either(tl.minimum(n - start, BLOCK), min(n - start, BLOCK))
        here = tl.sum(x, axis=0) / count
        diff = tl.where(mask, x - here, 0.0)
        delta = here - mean
        m2 += either(tl.sum(diff * diff, axis=0) + delta * delta * start * count / (start + count),
                     tl.sum(diff * diff) + delta * delta * (start * count / (start + count)))  # fmt: skip
        mean += either(delta * count / (start + count), delta * (count / (start + count)))
    var = either(m2 / n, m2 / (n - 1))
    #| end
    #| 0.5
    var = either(1.0 / tl.sqrt(var + eps), tl.rsqrt(var + eps), tl.sqrt(var + eps), tl.log(var + eps), tl.sqrt_rn(var))
    #| end
    #| 0.3
    mean = fused(mean)
    #| end
    #| one of
    tl.store(mean_ptr + row, mean)
    tl.store(var_ptr + row, var)
    #| or
    tl.store(var_ptr + row, var)
    #| or
    tl.store(stats_ptr + row * 2, mean)
    tl.store(stats_ptr + row * 2 + 1, var)
    #| or
    # running statistics
    old = tl.load(running_ptr + row)
    tl.store(running_ptr + row, either((1.0 - momentum) * old + momentum * mean, old + momentum * (mean - old)))
    tl.store(var_ptr + row, var)
    #| or
    tl.store(mean_ptr + row, mean)
    #| 0.6
    tl.store(var_ptr + row, either(var, var + eps, var + mean * mean))
    #| end
    #| end
