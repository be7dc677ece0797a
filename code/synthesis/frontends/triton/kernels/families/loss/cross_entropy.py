"""Computes the cross-entropy of each row of logits, and its gradient."""
#: frontend: triton
#: category: loss
#: names: cross_entropy_kernel _ce_fwd_kernel softmax_cross_entropy_kernel liger_cross_entropy_kernel
#: difficulty: 3 4
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(5, 8, 12)
n = size(64, 100, 128, 90)


def softcap(x, cap):
    return cap * (2.0 * tl.sigmoid(2.0 * x / cap) - 1.0)


def kernel(
    x_ptr: Array[T, rows, n],  #: -5..5, named logits_ptr X_ptr x_ptr
    label_ptr: Array[tl.int64, rows],  #: 0..31, named labels_ptr Y_ptr target_ptr
    bias_ptr: Array[T, n],  #: -1..1, named bias_ptr prior_ptr adjust_ptr
    weight_ptr: Array[tl.float32, n],  #: 0.5..2, named weight_ptr class_weight_ptr
    adv_ptr: Array[tl.float32, rows],  #: -2..2, named advantage_ptr grad_loss_ptr dloss_ptr
    loss_ptr: Array[tl.float32, rows],  #: output, named loss_ptr out_ptr
    dx_ptr: Array[T, rows, n],  #: output, named dlogits_ptr dx_ptr grad_ptr
    lse_ptr: Array[tl.float32, rows],  #: output, named lse_ptr logsumexp_ptr
    stride: int,  #: is n, named stride logits_row_stride
    n: int,  #: is n, named n_cols vocab_size VOCAB
    smoothing: float,  #: 0.05..0.3, usually 0.1, named label_smoothing smoothing
    scale: float,  #: 0.5..2, usually 0.5, named scale logit_scale
    ignore: int,  #: 0..31, named ignore_index
    rows: int,  #: is rows, named n_rows n_non_ignore
    REDUCTION: tl.constexpr,  #: option 'mean' 'none', named REDUCTION reduction
    HAS_WEIGHT: tl.constexpr,  #: option True False, named HAS_WEIGHT USE_WEIGHT
    BLOCK: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK
    CHUNK: tl.constexpr,  #: option 16 32, named BLOCK_SIZE CHUNK
):
    row = tl.program_id(0)
    label = tl.load(label_ptr + row)
    #| 0.6
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    #| one of
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=-float("inf")).to(tl.float32)
    #| or
    x = either(tl.load(x_ptr + row * stride + cols, mask=mask, other=float("-inf")),
               tl.load(x_ptr + (row * stride + cols), mask=cols < n, other=-float("inf")))  # fmt: skip
    x = x.to(tl.float32)
    #| end
    #| 0.4
    picked = tl.load(x_ptr + row * stride + label).to(tl.float32)
    #| else
    #| 0.8
    #| some of
    x = either(x * scale, scale * x, x / scale)
    #| and
    bias = tl.load(bias_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    x = either(x + bias, bias + x, x - bias)
    #| and
    x = either(softcap(x, 10.0), 10.0 * (2.0 * tl.sigmoid(0.2 * x) - 1.0))
    x = tl.where(mask, x, -float("inf"))
    #| end
    #| end
    #| 0.6
    picked = either(tl.sum(tl.where(cols == label, x, 0.0), axis=0), tl.sum(tl.where(label == cols, x, 0.0)))
    #| else
    picked = tl.max(tl.where(cols == label, x, either(-float("inf"), -1e9)), axis=0)
    #| end
    #| end
    top = tl.max(x, axis=0)
    #| one of
    lse = top + tl.log(tl.sum(tl.exp(x - top), axis=0))
    #| or
    num = tl.exp(x - top)
    lse = either(tl.log(tl.sum(num, axis=0)) + top, top + tl.log(tl.sum(num)))
    #| end
    loss = either(lse - picked, -(picked - lse))
    #| 0.25
    #| one of
    weight = tl.load(weight_ptr + label)
    loss = either(loss * weight, weight * loss)
    #| or
    if HAS_WEIGHT:
        loss = loss * tl.load(weight_ptr + label)
    #| or
    # down-weight easy examples
    prob = either(tl.exp(-loss), tl.exp(picked - lse))
    loss = either((1.0 - prob) * (1.0 - prob) * loss, (1.0 - prob) * loss)
    #| or
    loss = either(loss * tl.load(adv_ptr + row), -tl.load(adv_ptr + row) * loss)
    #| end
    #| end
    #| 0.3
    # label smoothing
    mean = tl.sum(tl.where(mask, x, 0.0), axis=0) / n
    loss = (1.0 - smoothing) * loss + smoothing * (lse - mean)
    #| end
    #| 0.3
    loss = tl.where(label == ignore, 0.0, loss)
    #| end
    #| 0.3
    loss += either(0.0001 * lse * lse, 0.001 * lse * lse, 0.01 * tl.abs(lse))
    #| end
    #| 0.2
    if REDUCTION == "mean":
        loss = loss / rows
    #| end
    tl.store(loss_ptr + row, either(loss, loss / rows))
    #| 0.3
    tl.store(lse_ptr + row, either(lse, top, tl.exp(picked - lse)))
    #| end
    #| 0.5
    prob = either(tl.exp(x - lse), tl.exp2((x - lse) * 1.4426950408889634), tl.softmax(x))
    #| one of
    dx = tl.where(cols == label, prob - 1.0, prob)
    #| or
    dx = prob - (cols == label).to(tl.float32)
    #| or
    dx = prob - smoothing / n
    dx = tl.where(cols == label, dx - (1.0 - smoothing), dx)
    #| end
    #| 0.5
    dx = either(dx / rows, dx * scale, dx * tl.load(adv_ptr + row), dx * tl.load(weight_ptr + label))
    #| end
    #| 0.3
    dx = fused(dx)
    #| end
    tl.store(dx_ptr + row * stride + cols, either(dx, dx.to(dx_ptr.dtype.element_ty)), mask=mask)
    #| end
    #| else
    # online softmax over blocks
    m = either(float("-inf"), -float("inf"), -1e30)
    d = 0.0
    for start in either(range(0, n, CHUNK), tl.range(0, n, CHUNK)):
        cols = either(start + tl.arange(0, CHUNK), tl.arange(0, CHUNK) + start)
        x = tl.load(x_ptr + row * stride + cols, mask=cols < n, other=float("-inf")).to(tl.float32)
        #| 0.7
        block_max = either(tl.max(x, axis=0), tl.max(x))
        m_new = either(tl.maximum(m, block_max), tl.maximum(block_max, m))
        #| else
        m_new = tl.maximum(m, tl.max(x, axis=0))
        #| end
        d = either(d * tl.exp(m - m_new) + tl.sum(tl.exp(x - m_new), axis=0),
                   tl.sum(tl.exp(x - m_new)) + d * tl.exp(m - m_new))  # fmt: skip
        m = m_new
    picked = tl.load(x_ptr + row * stride + label).to(tl.float32)
    lse = either(m + tl.log(d), tl.log(d) + m)
    loss = either(lse - picked, -(picked - lse))
    #| 0.5
    #| one of
    weight = tl.load(weight_ptr + label)
    loss = either(loss * weight, weight * loss)
    #| or
    loss += either(0.0001 * lse * lse, 0.001 * lse * lse)
    #| or
    loss = either(tl.where(label == ignore, 0.0, loss), loss * (label != ignore))
    #| or
    loss = either(loss * scale, scale * loss)
    #| end
    #| end
    tl.store(loss_ptr + row, either(loss, loss / rows))
    #| 0.6
    for start in either(range(0, n, CHUNK), tl.range(0, n, CHUNK)):
        cols = start + tl.arange(0, CHUNK)
        x = tl.load(x_ptr + row * stride + cols, mask=cols < n, other=float("-inf")).to(tl.float32)
        dx = either(tl.exp(x - lse), tl.exp(x - m) / d)
        dx = either(tl.where(cols == label, dx - 1.0, dx), dx - tl.where(cols == label, 1.0, 0.0),
                    dx - (cols == label).to(tl.float32))  # fmt: skip
        #| 0.3
        dx = either(dx * tl.load(adv_ptr + row), tl.load(weight_ptr + label) * dx, dx * scale)
        #| end
        #| 0.4
        dx = fused(dx)
        #| end
        tl.store(dx_ptr + row * stride + cols, either(dx, dx / rows), mask=cols < n)
    #| end
    #| end
