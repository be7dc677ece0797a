"""Computes a loss between predictions and targets, element by element or summed."""
#: frontend: triton
#: category: loss
#: names: mse_loss_kernel huber_loss_kernel smooth_l1_kernel bce_loss_kernel
#: difficulty: 2
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

n = size(300, 512, 777)


def kernel(
    x_ptr: Array[T, n],  #: -3..3, named pred_ptr x_ptr input_ptr
    y_ptr: Array[T, n],  #: -2..2, named target_ptr y_ptr label_ptr
    out_ptr: Array[tl.float32, n],  #: output, named out_ptr loss_ptr
    dx_ptr: Array[T, n],  #: output, named grad_ptr dx_ptr
    total_ptr: Array[tl.float32, 1],  #: -1..1, inout, named sum_ptr total_ptr
    n: int,  #: is n, named n_elements N
    delta: float,  #: 0.5..1.5, usually 1.0 0.5, named delta beta
    BLOCK: tl.constexpr,  #: option 64 128, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    y = tl.load(y_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    diff = either(x - y, y - x)
    #| one of
    #| 0.4
    diff = fused(diff)
    #| end
    loss = either(diff * diff, 0.5 * diff * diff)
    grad = 2.0 * diff
    #| or
    size = tl.abs(diff)
    loss = tl.where(size < delta, 0.5 * diff * diff, delta * (size - 0.5 * delta))
    grad = either(tl.where(size < delta, diff, tl.where(diff > 0, delta, -delta)), tl.clamp(diff, -delta, delta))
    #| or
    loss = tl.maximum(x, 0.0) - x * y + tl.log(1.0 + tl.exp(-tl.abs(x)))
    grad = tl.sigmoid(x) - y
    #| or
    #| 0.4
    diff = fused(diff)
    #| end
    loss = tl.sqrt(diff * diff + delta * delta) - delta
    grad = diff / tl.sqrt(diff * diff + delta * delta)
    #| end
    #| 0.3
    loss = fused(loss)
    #| end
    #| one of
    tl.store(out_ptr + offs, loss, mask=mask)
    #| or
    tl.atomic_add(total_ptr, tl.sum(tl.where(mask, loss, 0.0), axis=0))
    #| or
    tl.store(out_ptr + offs, loss, mask=mask)
    tl.store(dx_ptr + offs, grad, mask=mask)
    #| or
    tl.store(dx_ptr + offs, either(grad, grad / n), mask=mask)
    tl.atomic_add(total_ptr, tl.sum(tl.where(mask, loss, 0.0), axis=0) / n)
    #| end
