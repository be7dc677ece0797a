"""Computes a divergence between two distributions for each row."""
#: frontend: triton
#: category: loss
#: names: kl_div_kernel js_divergence_kernel distillation_loss_kernel
#: difficulty: 3
#: types: T = tl.float32 tl.float16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(5, 8, 10)
n = size(50, 64, 100)


def kernel(
    p_ptr: Array[T, rows, n],  #: -3..3, named p_ptr student_ptr x_ptr
    q_ptr: Array[T, rows, n],  #: -3..3, named q_ptr teacher_ptr y_ptr
    loss_ptr: Array[tl.float32, rows],  #: output, named loss_ptr out_ptr
    dx_ptr: Array[tl.float32, rows, n],  #: output, named grad_ptr dx_ptr
    stride: int,  #: is n, named stride row_stride
    n: int,  #: is n, named n_cols N
    beta: float,  #: 0.2..0.8, usually 0.5, named beta alpha
    temperature: float,  #: 0.5..2, usually 2.0, named temperature tau
    BLOCK: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_SIZE BLOCK
):
    row = tl.program_id(0)
    cols = tl.arange(0, BLOCK)
    mask = cols < n
    x = tl.load(p_ptr + row * stride + cols, mask=mask, other=-float("inf")).to(tl.float32)
    y = tl.load(q_ptr + row * stride + cols, mask=mask, other=-float("inf")).to(tl.float32)
    #| 0.4
    x = x / temperature
    y = y / temperature
    #| end
    #| one of
    logp = x - tl.max(x, axis=0)
    logp = logp - tl.log(tl.sum(tl.exp(logp), axis=0))
    logq = y - tl.max(y, axis=0)
    logq = logq - tl.log(tl.sum(tl.exp(logq), axis=0))
    #| or
    p_top = tl.max(x, axis=0)
    q_top = tl.max(y, axis=0)
    logp = x - p_top - tl.log(tl.sum(tl.exp(x - p_top), axis=0))
    logq = y - q_top - tl.log(tl.sum(tl.exp(y - q_top), axis=0))
    #| end
    p = tl.exp(logp)
    q = tl.exp(logq)
    #| one of
    term = either(q * (logq - logp), p * (logp - logq))
    dx = either(p - q, q - p)
    #| or
    m = beta * p + (1.0 - beta) * q
    logm = tl.log(m)
    term = beta * p * (logp - logm) + (1.0 - beta) * q * (logq - logm)
    dx = beta * p * (logp - logm)
    #| or
    term = either((p - q) * (p - q), tl.abs(p - q))
    dx = 2.0 * (p - q)
    #| end
    loss = tl.sum(tl.where(mask, term, 0.0), axis=0)
    #| 0.4
    loss = either(loss / n, loss * temperature * temperature)
    #| end
    #| 0.3
    loss = fused(loss)
    #| end
    tl.store(loss_ptr + row, loss)
    #| 0.5
    #| 0.5
    dx = fused(dx)
    #| end
    tl.store(dx_ptr + row * stride + cols, dx, mask=mask)
    #| end
