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
    weight_ptr: Array[tl.float32, n],  #: 0.5..1.5, named weight_ptr w_ptr
    valid_ptr: Array[tl.int8, n],  #: 0..1, named valid_ptr mask_ptr
    gout_ptr: Array[tl.float32, n],  #: -1..1, named grad_out_ptr dloss_ptr
    out_ptr: Array[tl.float32, n],  #: output, named out_ptr loss_ptr
    part_ptr: Array[tl.float32, cdiv(n, BLOCK)],  #: output, named partial_ptr block_ptr
    dx_ptr: Array[T, n],  #: output, named grad_ptr dx_ptr
    total_ptr: Array[tl.float32, 1],  #: -1..1, inout, named sum_ptr total_ptr
    n: int,  #: is n, named n_elements N
    delta: float,  #: 0.5..1.5, usually 1.0 0.5, named delta beta
    BLOCK: tl.constexpr,  #: option 64 128, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    #| 0.7
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    y = tl.load(y_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| else
    y = tl.load(y_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    x = either(
        tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32), tl.load(x_ptr + offs, mask=mask).to(tl.float32)
    )
    #| end
    #| 0.25
    x = either(tl.sigmoid(x), 2.0 * tl.sigmoid(2.0 * x) - 1.0, tl.exp(0.5 * x), tl.maximum(x, 0.1 * x), x * delta)
    #| end
    diff = either(x - y, y - x)
    #| one of
    #| 0.4
    diff = fused(diff)
    #| end
    loss = either(diff * diff, 0.5 * diff * diff)
    grad = either(2.0 * diff, diff + diff, diff)
    #| or
    loss = either(tl.abs(diff), tl.maximum(diff, -diff), tl.where(diff > 0, diff, -diff))
    grad = either(tl.where(diff > 0, 1.0, -1.0), tl.where(diff > 0, 1.0, tl.where(diff < 0, -1.0, 0.0)))
    #| or
    # asymmetric weighting of errors
    loss = either(tl.maximum(0.9 * diff, -0.1 * diff), tl.where(diff > 0, delta * diff, -0.25 * diff))
    grad = either(tl.where(diff > 0, 0.9, -0.1), tl.where(diff >= 0, delta, -0.25))
    #| or
    loss = either(tl.maximum(tl.abs(diff) - delta, 0.0), tl.where(tl.abs(diff) > delta, tl.abs(diff) - delta, 0.0))
    grad = tl.where(tl.abs(diff) > delta, tl.where(diff > 0, 1.0, -1.0), 0.0)
    #| or
    loss = either(tl.log(1.0 + diff * diff / (delta * delta)), tl.abs(diff) + tl.log(1.0 + tl.exp(-2.0 * tl.abs(diff))))
    grad = either(2.0 * diff / (delta * delta + diff * diff), 2.0 * tl.sigmoid(2.0 * diff) - 1.0)
    #| or
    # hinge
    sign = either(tl.where(y > 0, 1.0, -1.0), 2.0 * (y > 0).to(tl.float32) - 1.0)
    loss = either(tl.maximum(delta - sign * x, 0.0), tl.where(sign * x < delta, delta - sign * x, 0.0))
    grad = tl.where(sign * x < delta, -sign, 0.0)
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
    #| 0.6
    #| some of
    loss = fused(loss)
    #| and
    weight = tl.load(weight_ptr + offs, mask=mask, other=0.0)
    loss = either(loss * weight, weight * loss)
    grad = either(grad * weight, weight * grad)
    #| and
    valid = tl.load(valid_ptr + offs, mask=mask, other=0)
    loss = either(tl.where(valid != 0, loss, 0.0), loss * valid.to(tl.float32), tl.where(valid == 0, 0.0, loss))
    grad = either(tl.where(valid != 0, grad, 0.0), grad * valid.to(tl.float32))
    #| and
    grad = grad * tl.load(gout_ptr + offs, mask=mask, other=0.0)
    #| end
    #| end
    #| one of
    tl.store(out_ptr + offs, loss, mask=mask)
    #| or
    tl.atomic_add(total_ptr, tl.sum(tl.where(mask, loss, 0.0), axis=0))
    #| or
    total = either(tl.sum(tl.where(mask, loss, 0.0), axis=0), tl.sum(tl.where(mask, loss, 0.0)))
    tl.store(part_ptr + pid, either(total, total / n, total / BLOCK))
    #| or
    tl.store(dx_ptr + offs, either(grad, grad.to(dx_ptr.dtype.element_ty), grad * (1.0 / n)), mask=mask)
    #| or
    tl.store(out_ptr + offs, loss, mask=mask)
    tl.store(dx_ptr + offs, grad, mask=mask)
    #| or
    tl.store(dx_ptr + offs, either(grad, grad / n), mask=mask)
    tl.atomic_add(total_ptr, tl.sum(tl.where(mask, loss, 0.0), axis=0) / n)
    #| end
