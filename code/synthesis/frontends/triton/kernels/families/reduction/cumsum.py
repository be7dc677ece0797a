"""Computes prefix sums, products or maxima along the rows of a matrix."""
#: frontend: triton
#: category: reduction
#: names: cumsum_kernel prefix_sum_kernel row_scan_kernel scan_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(4, 7, 10)
n = size(60, 100, 50, 128)
d = size(8, 16, 12)


def add(a, b):
    return a + b


def larger(a, b):
    return tl.maximum(a, b)


def smaller(a, b):
    return tl.minimum(a, b)


def log_add(a, b):
    top = tl.maximum(a, b)
    return top + tl.log(tl.exp(a - top) + tl.exp(b - top))


def decay(a0, b0, a1, b1):
    return a0 * a1, a1 * b0 + b1


def kernel(
    x_ptr: Array[T, rows, n],  #: -1..1, named x_ptr in_ptr X
    a_ptr: Array[T, rows, n],  #: 0.5..0.95, named a_ptr decay_ptr gate_ptr
    bias_ptr: Array[tl.float32, n],  #: -1..1, named bias_ptr b_ptr offset_ptr
    begin_ptr: Array[tl.float32, rows],  #: -1..1, named init_ptr carry_ptr h0_ptr
    length_ptr: Array[tl.int32, rows],  #: 20..60, named length_ptr lens_ptr
    seq_ptr: Array[T, rows, n, d],  #: -1..1, named seq_ptr x_ptr K
    seq_out_ptr: Array[tl.float32, rows, n, d],  #: output, named out_ptr y_ptr O
    out_ptr: Array[tl.float32, rows, n],  #: output, named out_ptr y_ptr Y
    last_ptr: Array[tl.float32, rows],  #: output, named last_ptr total_ptr final_ptr
    stride: int,  #: is n, named stride row_stride
    stride_out: int,  #: is n, named stride_out out_row_stride
    n: int,  #: is n, named n_cols N
    d: int,  #: is d, named d D head_dim
    scale: float,  #: 0.25..1, usually 0.5, named scale alpha
    BLOCK: tl.constexpr,  #: option 16 32, named BLOCK_SIZE BLOCK
    WHOLE: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK
    DIM: tl.constexpr,  #: is next_power_of_2(d), named BLOCK_D D_BLOCK
    REVERSE: tl.constexpr,  #: option True False
    EXCLUSIVE: tl.constexpr,  #: option True False
):
    row = tl.program_id(0)
    #| 0.5
    # one block holds the row
    cols = tl.arange(0, WHOLE)
    mask = cols < n
    #| one of
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    #| or
    x_ptr += row * stride
    x = either(tl.load(x_ptr + cols, mask=mask, other=0.0), tl.load(x_ptr + cols, mask=cols < n, other=0))
    x = x.to(tl.float32)
    #| or
    offs = either(row * stride + cols, cols + row * stride)
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| end
    #| 0.7
    #| some of
    x = either(x * scale, scale * x)
    #| and
    bias = tl.load(bias_ptr + cols, mask=mask, other=0.0)
    x = either(x + bias, bias + x, x - bias, x * bias)
    #| and
    gate = tl.load(a_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    x = either(x * gate, gate * x, x + gate, x - gate)
    #| and
    x = fused(x)
    #| and
    x = either(x * x, tl.abs(x), tl.maximum(x, 0.0), (x > 0).to(tl.float32), tl.exp(tl.minimum(x, 2.0)))
    #| end
    #| 0.2
    length = tl.load(length_ptr + row)
    x = either(tl.where(mask & (cols < length), x, 0.0), tl.where(cols < tl.minimum(length, n), x, 0.0))
    #| else
    x = either(tl.where(mask, x, 0.0), tl.where(cols < n, x, 0.0))
    #| end
    #| end
    #| one of
    y = either(
        tl.cumsum(x, axis=0), tl.cumsum(x, 0, reverse=REVERSE), tl.associative_scan(x, 0, add), tl.cumsum(x),
        tl.associative_scan(x, 0, add, reverse=REVERSE), tl.cumsum(x, axis=0, reverse=True), tl.cumsum(x, 0),
    )  # fmt: skip
    #| or
    y = either(
        tl.associative_scan(x, 0, larger),
        tl.associative_scan(x, 0, smaller),
        tl.associative_scan(x, 0, log_add),
        tl.associative_scan(x, 0, larger, reverse=REVERSE),
        tl.associative_scan(x, axis=0, combine_fn=smaller),
    )
    #| or
    # exclusive prefix sums
    y = either(tl.cumsum(x, 0) - x, tl.cumsum(x, axis=0, reverse=REVERSE) - x, tl.associative_scan(x, 0, add) - x)
    #| or
    y = tl.cumsum(x, axis=0)
    if EXCLUSIVE:
        y = either(y - x, y - 0.5 * x)
    #| or
    x = x / (1.0 + tl.abs(x))
    y = either(tl.cumprod(1.0 + 0.1 * x, axis=0), tl.cumprod(1.0 - 0.1 * x * x, 0), tl.exp(tl.cumsum(0.1 * x, axis=0)))
    #| or
    # running means
    count = either(cols + 1, (cols + 1).to(tl.float32), 1.0 + cols)
    y = either(tl.cumsum(x, axis=0) / count, tl.cumsum(x, 0) / count, tl.associative_scan(x, 0, add) / count)
    #| 0.3
    y = either(x - y, y * y, tl.sqrt(tl.cumsum(x * x, axis=0) / count - y * y + 1e-3))
    #| end
    #| or
    y = tl.cumsum(x, axis=0)
    total = tl.sum(x, axis=0)
    y = either(total - y, y / (1.0 + tl.abs(total)), y - total * ((cols + 1) / n), total - y + x)
    #| end
    #| 0.3
    begin = tl.load(begin_ptr + row)
    y = either(y + begin, begin + y, tl.maximum(y, begin), begin - y)
    #| end
    #| 0.4
    y = fused(y)
    #| end
    #| one of
    tl.store(out_ptr + row * either(stride, stride_out) + cols, y, mask=mask)
    #| or
    out_ptr += row * either(stride_out, stride)
    tl.store(out_ptr + cols, y, mask=either(mask, cols < n))
    #| or
    tl.store(out_ptr + row * stride_out + cols, y, mask=mask)
    tl.store(last_ptr + row, either(tl.sum(x, axis=0), tl.max(tl.where(mask, y, -1e9), axis=0)))
    #| end
    #| else
    #| one of
    # carry the total from block to block
    #| one of
    carry = 0.0
    #| or
    carry = tl.load(begin_ptr + row)
    #| end
    for start in either(range(0, n, BLOCK), tl.range(0, n, BLOCK)):
        cols = either(start + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + start)
        mask = cols < n
        x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        #| 0.6
        #| some of
        bias = tl.load(bias_ptr + cols, mask=mask, other=0.0)
        x = either(x + bias, x - bias, x * bias)
        #| and
        gate = tl.load(a_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
        x = either(x * gate, gate * x, x + gate)
        #| and
        x = either(x * scale, x * x, tl.abs(x), tl.maximum(x, 0.0))
        #| and
        x = fused(x)
        #| end
        x = tl.where(mask, x, 0.0)
        #| end
        #| 0.75
        y = either(tl.cumsum(x, axis=0), tl.cumsum(x, 0), tl.associative_scan(x, 0, add)) + carry
        #| 0.25
        y = either(y - x, y / (cols + 1), y * scale)
        #| end
        carry += tl.sum(x, axis=0)
        #| else
        x = tl.where(mask, x, either(-1.0, -2.0))
        y = either(
            tl.maximum(tl.associative_scan(x, 0, larger), carry), tl.maximum(carry, tl.associative_scan(x, 0, larger))
        )
        carry = either(tl.maximum(carry, tl.max(x, axis=0)), tl.max(y, axis=0))
        #| end
        #| 0.3
        y = fused(y)
        #| end
        tl.store(out_ptr + row * either(stride, stride_out) + cols, y, mask=mask)
    #| 0.3
    tl.store(last_ptr + row, carry)
    #| end
    #| or
    # a linear recurrence
    cols = tl.arange(0, WHOLE)
    mask = cols < n
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    a = tl.load(a_ptr + row * stride + cols, mask=mask, other=1.0).to(tl.float32)
    #| 0.3
    bias = tl.load(bias_ptr + cols, mask=mask, other=0.0)
    x = either(x + bias, x * bias, x - bias)
    #| end
    #| 0.4
    x = fused(x)
    #| end
    #| 0.5
    #| one of
    x = either((1.0 - a) * x, x * (1.0 - a), x * tl.sqrt(1.0 - a * a), a * x)
    #| or
    a = either(tl.sigmoid(4.0 * a), tl.exp(-a), a * a, tl.exp(-scale * a), 1.0 - scale * a)
    #| end
    #| end
    #| one of
    _, y = either(tl.associative_scan((a, x), 0, decay), tl.associative_scan((a, x), axis=0, combine_fn=decay),
                  tl.associative_scan((a, x), 0, decay, reverse=REVERSE))  # fmt: skip
    #| or
    power, y = tl.associative_scan((a, x), 0, decay)
    begin = tl.load(begin_ptr + row)
    y = either(y + power * begin, power * begin + y, tl.fma(power, begin, y))
    #| end
    #| 0.4
    y = fused(y)
    #| end
    #| 0.3
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=0.0).to(tl.float32)
    y = either(y + scale * x, y + x, y * tl.sigmoid(x), y * x)
    #| end
    tl.store(out_ptr + row * either(stride, stride_out) + cols, y, mask=mask)
    #| or
    # one element after another
    #| one of
    total = 0.0
    #| or
    total = tl.load(begin_ptr + row)
    #| end
    for i in either(range(n), range(0, n), tl.range(0, n)):
        x = tl.load(x_ptr + row * stride + i).to(tl.float32)
        #| 0.3
        bias = tl.load(bias_ptr + i)
        x = either(x + bias, x - bias, x * bias)
        #| end
        #| 0.3
        x = fused(x)
        #| end
        #| one of
        a = tl.load(a_ptr + row * stride + i).to(tl.float32)
        total = either(a * total + x, a * total + (1.0 - a) * x, total + (1.0 - a) * (x - total), a * (total + x))
        #| or
        total = either(total + scale * x, scale * total + x, total + x, total + x * x, tl.maximum(scale * total, x))
        #| end
        tl.store(out_ptr + row * either(stride, stride_out) + i, either(total, total * scale, x - total, total * x))
    #| or
    # all features of a sequence at once
    i = tl.arange(0, WHOLE)
    j = tl.arange(0, DIM)
    #| 0.5
    mask = (i[:, None] < n) & (j[None, :] < d)
    offs = either(row * n * d + i[:, None] * d + j[None, :], (row * n + i[:, None]) * d + j[None, :])
    #| else
    mask = (i < n)[:, None] & (j < d)[None, :]
    offs = either((row * n + i)[:, None] * d + j, i[:, None] * d + j[None, :] + row * (n * d))
    #| end
    x = tl.load(seq_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| 0.6
    #| some of
    x = fused(x)
    #| and
    gate = tl.load(a_ptr + row * stride + i, mask=i < n, other=0.0).to(tl.float32)
    x = either(x * gate[:, None], gate[:, None] * x, x + gate[:, None])
    #| and
    bias = tl.load(bias_ptr + i, mask=i < n, other=0.0)
    x = either(x + bias[:, None], x * bias[:, None])
    #| end
    x = tl.where(mask, x, 0.0)
    #| end
    #| one of
    y = either(tl.cumsum(x, axis=0), tl.cumsum(x, 0), tl.associative_scan(x, 0, add), tl.cumsum(x, axis=0) - x)
    #| or
    y = either(tl.cumsum(x, axis=1), tl.cumsum(x, 1), tl.associative_scan(x, 1, add), tl.cumsum(x, axis=1) - x)
    #| or
    y = either(
        tl.associative_scan(x, 0, larger), tl.associative_scan(x, 1, smaller), tl.associative_scan(x, 0, smaller)
    )
    #| or
    y = either(tl.cumsum(x, axis=0) / (i[:, None] + 1), tl.cumsum(x, axis=0, reverse=REVERSE) * scale,
               tl.cumsum(tl.cumsum(x, axis=0), axis=1) * 0.05)  # fmt: skip
    #| end
    #| 0.3
    y = fused(y)
    #| end
    tl.store(seq_out_ptr + offs, y, mask=mask)
    #| end
    #| end
