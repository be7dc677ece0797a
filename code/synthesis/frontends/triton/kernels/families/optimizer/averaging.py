"""Averages, clips or accumulates arrays of parameters."""
#: frontend: triton
#: category: optimizer
#: names: ema_kernel clip_grad_kernel lerp_kernel accumulate_kernel
#: difficulty: 1 2
#: types: T = tl.float32 tl.float16 tl.bfloat16, U = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, U, either, fused, size

n = size(300, 700, 1024)


def kernel(
    x_ptr: Array[T, n],  #: -2..2, inout, named ema_ptr p_ptr x_ptr
    y_ptr: Array[U, n],  #: -2..2, named p_ptr y_ptr grad_ptr
    m_ptr: Array[tl.float32, n],  #: -1..1, inout, named m_ptr buf_ptr momentum_ptr
    start_ptr: Array[tl.float32, n],  #: -2..2, named anchor_ptr slow_ptr start_ptr
    mask_ptr: Array[tl.int8, n],  #: 0..1, named mask_ptr frozen_ptr keep_ptr
    copy_ptr: Array[tl.bfloat16, n],  #: output, named copy_ptr half_ptr model_ptr
    norm_ptr: Array[tl.float32, 1],  #: 0.5..4, named norm_ptr total_norm_ptr
    count_ptr: Array[tl.int32, 1],  #: 1..9, named count_ptr step_ptr n_averaged_ptr
    scale_ptr: Array[tl.float32, 1],  #: 0.5..2, named scale_ptr loss_scale_ptr inv_scale_ptr
    partial_ptr: Array[tl.float32, cdiv(n, BLOCK)],  #: output, named partial_ptr sq_norm_ptr
    n: int,  #: is n, named n_elements N
    decay: float,  #: 0.5..0.95, usually 0.9 0.99, named decay momentum
    lr: float,  #: 0.05..0.3, usually 0.1 0.01, named lr learning_rate alpha
    wd: float,  #: 0.05..0.3, usually 0.1 0.01, named weight_decay wd
    limit: float,  #: 0.5..2, usually 1.0, named max_norm limit
    seed: int,  #: 1..100000, named seed rng_seed
    BLOCK: tl.constexpr,  #: option 64 128 256, named BLOCK_SIZE BLOCK
    NESTEROV: tl.constexpr,  #: option True False, named NESTEROV USE_NESTEROV
    MAXIMIZE: tl.constexpr,  #: option True False, named MAXIMIZE ASCEND
):
    pid = tl.program_id(0)
    #| 0.7
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    #| else
    begin = pid * BLOCK
    offs = either(begin + tl.arange(0, BLOCK), (begin + tl.arange(0, BLOCK)).to(tl.int64))
    #| end
    mask = offs < n
    #| 0.7
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| else
    x = either(tl.load(x_ptr + offs, mask=mask), tl.load(x_ptr + offs, mask=mask, other=0))
    x = x.to(tl.float32)
    #| end
    #| one of
    # one after another
    #| some of
    y = tl.load(y_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    x = either(decay * x + (1.0 - decay) * y, x + (1 - decay) * (y - x), x + y, x - decay * y)
    #| and
    norm = tl.load(norm_ptr)
    x = either(x * tl.minimum(limit / (norm + 1e-6), 1.0), tl.where(norm > limit, x * (limit / norm), x))
    #| and
    x = fused(x)
    #| and
    start = tl.load(start_ptr + offs, mask=mask, other=0.0)
    x = either(x + decay * (start - x), x - wd * (x - start), 0.5 * (x + start))
    #| and
    x = either(x / (1.0 + tl.load(count_ptr)), x * tl.load(scale_ptr), x / tl.load(scale_ptr))
    #| end
    #| or
    # an average with a rate that depends on the number of steps
    y = tl.load(y_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| 0.2
    y = fused(y)
    #| end
    count = either(tl.load(count_ptr), tl.load(count_ptr).to(tl.float32))
    #| one of
    x = either(x + (y - x) / (count + 1), (x * count + y) / (count + 1), x + (1.0 / (count + 1)) * (y - x))
    #| or
    rate = either(tl.minimum(decay, (1.0 + count) / (10.0 + count)), 1.0 - 1.0 / (count + 1.0))
    x = either(rate * x + (1.0 - rate) * y, x + (1.0 - rate) * (y - x), y + rate * (x - y))
    #| or
    x = decay * x + (1.0 - decay) * y
    x = either(x / (1.0 - tl.exp(count * tl.log(decay))), x / (1.0 - tl.exp2(count * tl.log2(decay))))
    #| end
    #| or
    # a step along the gradient
    grad = tl.load(y_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| 0.2
    if MAXIMIZE:
        grad = -grad
    #| end
    #| 0.6
    #| some of
    grad = either(grad * tl.load(scale_ptr), grad / tl.load(scale_ptr), grad * (1.0 / tl.load(scale_ptr)))
    #| and
    norm = tl.load(norm_ptr)
    grad = either(grad * tl.minimum(limit / (norm + 1e-6), 1.0), tl.where(norm > limit, grad * (limit / norm), grad))
    #| and
    grad = either(tl.clamp(grad, -limit, limit), tl.minimum(tl.maximum(grad, -limit), limit))
    #| and
    grad = either(grad + wd * x, grad + wd * tl.where(x > 0, 1.0, -1.0), tl.fma(wd, x, grad))
    #| and
    grad = fused(grad)
    #| and
    kept = tl.load(mask_ptr + offs, mask=mask, other=0)
    grad = either(tl.where(kept != 0, grad, 0.0), grad * kept.to(tl.float32), tl.where(kept == 1, 0.0, grad))
    #| end
    #| end
    #| 0.35
    # momentum
    buf = tl.load(m_ptr + offs, mask=mask, other=0.0)
    buf = either(decay * buf + grad, decay * buf + (1.0 - decay) * grad, buf + (1.0 - decay) * (grad - buf))
    tl.store(m_ptr + offs, buf, mask=mask)
    #| 0.3
    if NESTEROV:
        grad = grad + decay * buf
    else:
        grad = buf
    #| else
    grad = either(buf, grad + decay * buf)
    #| end
    #| end
    #| 0.25
    grad = either(tl.where(grad > 0, 1.0, tl.where(grad < 0, -1.0, 0.0)), grad / (tl.abs(grad) + 0.1),
                  grad * tl.rsqrt(grad * grad + 0.01))  # fmt: skip
    #| end
    #| 0.3
    # decoupled weight decay
    x = either(x * (1.0 - lr * wd), x - lr * wd * x, x - lr * (wd * x))
    #| end
    x = either(x - lr * grad, x + (-lr) * grad, tl.fma(-lr, grad, x))
    #| 0.15
    x = either(x + 0.01 * tl.randn(seed, offs), x + lr * (tl.rand(seed, offs) - 0.5))
    #| end
    #| or
    # keep the weights near their start
    start = tl.load(start_ptr + offs, mask=mask, other=0.0)
    #| 0.5
    diff = either(x - start, start - x)
    #| one of
    diff = either(tl.clamp(diff, -limit, limit), tl.minimum(tl.maximum(diff, -limit), limit))
    #| or
    diff = fused(diff)
    #| or
    diff = either(diff * decay, diff * (limit / tl.maximum(tl.load(norm_ptr), limit)), diff / (1.0 + tl.abs(diff)))
    #| end
    x = start + diff
    #| else
    x = either(start + decay * (x - start), (1.0 - decay) * start + decay * x, x + (1.0 - decay) * (start - x))
    #| end
    #| 0.4
    y = tl.load(y_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    x = either(x + y, x - lr * y, x + lr * (y - x))
    #| end
    #| or
    # thresholds of the weights
    #| 0.6
    y = tl.load(y_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    x = either(x - lr * y, x + lr * y)
    #| end
    #| one of
    x = either(tl.where(tl.abs(x) > wd, x, 0.0), tl.where(x > wd, x - wd, tl.where(x < -wd, x + wd, 0.0)))
    #| or
    size_of = either(tl.maximum(tl.abs(x) - wd, 0.0), tl.minimum(tl.abs(x), limit))
    x = either(tl.where(x > 0, size_of, -size_of), tl.where(x < 0, -size_of, size_of))
    #| or
    kept = tl.load(mask_ptr + offs, mask=mask, other=0)
    x = either(tl.where(kept != 0, x, 0.0), x * kept.to(tl.float32), tl.where(kept == 0, x, decay * x))
    #| or
    x = either(tl.clamp(x, -limit, limit), tl.minimum(x, limit), tl.maximum(x, -limit))
    #| end
    #| end
    #| 0.25
    # squares for the norm of the update
    part = either(tl.where(mask, x, 0.0), tl.where(offs < n, x, 0.0))
    tl.store(partial_ptr + pid, either(tl.sum(part * part, axis=0), tl.sum(part * part), tl.max(tl.abs(part), axis=0)))
    #| end
    #| 0.8
    tl.store(x_ptr + offs, either(x, x.to(x_ptr.dtype.element_ty)), mask=mask)
    #| 0.2
    # a copy in another type
    tl.store(copy_ptr + offs, either(x.to(tl.bfloat16), x, x.to(copy_ptr.dtype.element_ty)), mask=mask)
    #| end
    #| else
    tl.store(copy_ptr + offs, either(x.to(tl.bfloat16), x.to(copy_ptr.dtype.element_ty)), mask=mask)
    tl.store(x_ptr + offs, x, mask=mask)
    #| end
