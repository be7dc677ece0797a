"""Computes the cross entropy of each row of logits, and its gradient."""
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


def kernel(
    x_ptr: Array[T, rows, n],  #: -5..5, named logits_ptr X_ptr x_ptr
    label_ptr: Array[tl.int64, rows],  #: 0..31, named labels_ptr Y_ptr target_ptr
    loss_ptr: Array[tl.float32, rows],  #: output, named loss_ptr out_ptr
    dx_ptr: Array[T, rows, n],  #: output, named dlogits_ptr dx_ptr grad_ptr
    lse_ptr: Array[tl.float32, rows],  #: output, named lse_ptr logsumexp_ptr
    stride: int,  #: is n, named stride logits_row_stride
    n: int,  #: is n, named n_cols vocab_size VOCAB
    smoothing: float,  #: 0.05..0.3, usually 0.1, named label_smoothing smoothing
    scale: float,  #: 0.5..2, usually 0.5, named scale logit_scale
    ignore: int,  #: 0..31, named ignore_index
    rows: int,  #: is rows, named n_rows n_non_ignore
    BLOCK: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK
    CHUNK: tl.constexpr,  #: option 16 32, named BLOCK_SIZE CHUNK
):
    row = tl.program_id(0)
    label = tl.load(label_ptr + row)
    #| 0.6
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    x = tl.load(x_ptr + row * stride + cols, mask=mask, other=-float("inf")).to(tl.float32)
    #| 0.4
    x = x * scale
    #| end
    top = tl.max(x, axis=0)
    #| one of
    lse = top + tl.log(tl.sum(tl.exp(x - top), axis=0))
    #| or
    num = tl.exp(x - top)
    lse = either(tl.log(tl.sum(num, axis=0)) + top, top + tl.log(tl.sum(num)))
    #| end
    #| one of
    picked = tl.sum(tl.where(cols == label, x, 0.0), axis=0)
    #| or
    picked = tl.load(x_ptr + row * stride + label).to(tl.float32)
    #| end
    loss = either(lse - picked, -(picked - lse))
    #| 0.3
    # spread some of the weight over all classes
    mean = tl.sum(tl.where(mask, x, 0.0), axis=0) / n
    loss = (1.0 - smoothing) * loss + smoothing * (lse - mean)
    #| end
    #| 0.3
    loss = tl.where(label == ignore, 0.0, loss)
    #| end
    #| 0.3
    loss += 0.0001 * lse * lse
    #| end
    tl.store(loss_ptr + row, either(loss, loss / rows))
    #| 0.3
    tl.store(lse_ptr + row, lse)
    #| end
    #| 0.5
    prob = tl.exp(x - lse)
    #| one of
    dx = tl.where(cols == label, prob - 1.0, prob)
    #| or
    dx = prob - (cols == label).to(tl.float32)
    #| or
    dx = prob - smoothing / n
    dx = tl.where(cols == label, dx - (1.0 - smoothing), dx)
    #| end
    #| 0.5
    dx = either(dx / rows, dx * scale)
    #| end
    #| 0.3
    dx = fused(dx)
    #| end
    tl.store(dx_ptr + row * stride + cols, dx, mask=mask)
    #| end
    #| else
    # online softmax over blocks
    m = float("-inf")
    d = 0.0
    for start in range(0, n, CHUNK):
        cols = start + tl.arange(0, CHUNK)
        x = tl.load(x_ptr + row * stride + cols, mask=cols < n, other=float("-inf")).to(tl.float32)
        block_max = tl.max(x, axis=0)
        m_new = tl.maximum(m, block_max)
        d = d * tl.exp(m - m_new) + tl.sum(tl.exp(x - m_new), axis=0)
        m = m_new
    picked = tl.load(x_ptr + row * stride + label).to(tl.float32)
    lse = m + tl.log(d)
    loss = lse - picked
    tl.store(loss_ptr + row, either(loss, loss / rows))
    #| 0.6
    for start in range(0, n, CHUNK):
        cols = start + tl.arange(0, CHUNK)
        x = tl.load(x_ptr + row * stride + cols, mask=cols < n, other=float("-inf")).to(tl.float32)
        dx = either(tl.exp(x - lse), tl.exp(x - m) / d)
        dx = tl.where(cols == label, dx - 1.0, dx)
        #| 0.4
        dx = fused(dx)
        #| end
        tl.store(dx_ptr + row * stride + cols, either(dx, dx / rows), mask=cols < n)
    #| end
    #| end
