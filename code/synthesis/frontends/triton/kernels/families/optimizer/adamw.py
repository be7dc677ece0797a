"""Updates parameters by one optimiser step with moments."""
#: frontend: triton
#: category: optimizer
#: names: adamw_kernel adam_step_kernel fused_adamw_kernel optimizer_step_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

n = size(300, 512, 777)


def kernel(
    p_ptr: Array[T, n],  #: -2..2, inout, named p_ptr param_ptr w_ptr
    g_ptr: Array[T, n],  #: -1..1, named g_ptr grad_ptr
    m_ptr: Array[tl.float32, n],  #: -1..1, inout, named m_ptr exp_avg_ptr
    v_ptr: Array[tl.float32, n],  #: 0.01..1, inout, named v_ptr exp_avg_sq_ptr
    n: int,  #: is n, named n_elements N
    lr: float,  #: 0.01..0.1, usually 0.01 0.001, named lr learning_rate
    beta1: float,  #: 0.8..0.95, usually 0.9, named beta1 b1
    beta2: float,  #: 0.9..0.999, usually 0.999 0.95, named beta2 b2
    eps: float,  #: 0.0001..0.01, usually 1e-8, named eps
    decay: float,  #: 0.01..0.2, usually 0.01 0.1, named weight_decay wd
    bias1: float,  #: 0.3..0.9, named bias_correction1 bc1
    bias2: float,  #: 0.3..0.9, named bias_correction2 bc2
    AMSGRAD: tl.constexpr,  #: option True False, named NESTEROV USE_NESTEROV
    BLOCK: tl.constexpr,  #: option 64 128 256, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    p = tl.load(p_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    g = tl.load(g_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| 0.2
    g = either(tl.clamp(g, -0.5, 0.5), tl.minimum(tl.maximum(g, -0.8), 0.8), g * 0.5)
    #| end
    #| 0.25
    g = fused(g)
    #| end
    #| one of
    m = tl.load(m_ptr + offs, mask=mask, other=0.0)
    v = tl.load(v_ptr + offs, mask=mask, other=0.0)
    m = either(beta1 * m + (1.0 - beta1) * g, m + (1 - beta1) * (g - m))
    v = beta2 * v + (1.0 - beta2) * g * g
    #| 0.5
    m_hat = m / bias1
    v_hat = v / bias2
    #| else
    m_hat = m
    v_hat = v
    #| end
    #| 0.3
    if AMSGRAD:
        m_hat = beta1 * m_hat + (1.0 - beta1) * g
    #| end
    step = either(m_hat / (tl.sqrt(v_hat) + eps), m_hat * tl.rsqrt(v_hat + eps))
    #| 0.6
    # decoupled weight decay
    p = either(p * (1.0 - lr * decay), p - lr * decay * p)
    #| end
    p = either(p - lr * step, p + (-lr) * step)
    tl.store(m_ptr + offs, m, mask=mask)
    tl.store(v_ptr + offs, v, mask=mask)
    #| or
    # momentum
    m = tl.load(m_ptr + offs, mask=mask, other=0.0)
    #| 0.5
    g = g + decay * p
    #| end
    m = either(beta1 * m + g, beta1 * m + (1.0 - beta1) * g)
    #| 0.4
    if AMSGRAD:
        g = g + beta1 * m
    else:
        g = m
    p = p - lr * g
    #| else
    p = either(p - lr * m, p + (-lr) * m)
    #| end
    tl.store(m_ptr + offs, m, mask=mask)
    #| or
    # the sign of an interpolation
    m = tl.load(m_ptr + offs, mask=mask, other=0.0)
    c = beta1 * m + (1.0 - beta1) * g
    #| 0.5
    p = p * (1.0 - lr * decay)
    #| end
    p = p - lr * tl.where(c > 0, 1.0, tl.where(c < 0, -1.0, 0.0))
    m = beta2 * m + (1.0 - beta2) * g
    tl.store(m_ptr + offs, m, mask=mask)
    #| or
    v = tl.load(v_ptr + offs, mask=mask, other=0.0)
    v = either(v + g * g, beta2 * v + (1.0 - beta2) * g * g)
    p = either(p - lr * g / (tl.sqrt(v) + eps), p - lr * g * tl.rsqrt(v + eps))
    tl.store(v_ptr + offs, v, mask=mask)
    #| end
    tl.store(p_ptr + offs, either(p, p.to(p_ptr.dtype.element_ty)), mask=mask)
