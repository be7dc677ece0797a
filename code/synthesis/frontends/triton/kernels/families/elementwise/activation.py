"""Applies an activation function to every element of an array."""
#: frontend: triton
#: category: elementwise
#: names: activation_kernel act_fwd_kernel pointwise_kernel apply_activation
#: difficulty: 1 2
#: types: T = tl.float32 tl.float16 tl.bfloat16, U = tl.float32 tl.float16
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, U, either, fused, size

n = size(1000, 515, 1600, 300)


def relu(x):
    return tl.maximum(x, 0.0)


def leaky_relu(x, slope):
    return tl.where(x > 0, x, slope * x)


def silu(x):
    return x * tl.sigmoid(x)


def tanh(x):
    return 2.0 * tl.sigmoid(2.0 * x) - 1.0


def gelu_tanh(x):
    inner = 0.7978845608028654 * (x + 0.044715 * x * x * x)
    return 0.5 * x * (1.0 + tanh(inner))


def gelu(x):
    return 0.5 * x * (1.0 + tl.erf(x * 0.7071067811865476))


def mish(x):
    return x * tanh(tl.log(1.0 + tl.exp(x)))


def kernel(
    x_ptr: Array[T, n],  #: -4..4, named x_ptr input_ptr in_ptr0 X
    out_ptr: Array[U, n],  #: output, named out_ptr output_ptr Y y_ptr
    n: int,  #: is n, named n_elements n numel size
    slope: float,  #: 0.05..0.5, usually 0.01 0.2, named negative_slope slope alpha
    ACTIVATION: tl.constexpr,  #: option 'relu' 'silu' 'gelu' 'tanh' 'none', named ACTIVATION ACT activation
    SQUARE: tl.constexpr,  #: option True False, named SQUARE USE_SQUARE
    BLOCK: tl.constexpr,  #: option 128 256 512, named BLOCK_SIZE BLOCK
):
    #| 0.6
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    #| else
    offs = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    #| end
    mask = offs < n
    x = either(tl.load(x_ptr + offs, mask=mask), tl.load(x_ptr + offs, mask=mask, other=0.0))
    #| 0.7
    x = x.to(tl.float32)
    #| else
    x = tl.cast(x, tl.float32)
    #| end
    #| 0.3
    x = either(x * 0.5, 1.5 * x, x - 0.25, x + 0.5, -x)
    #| end
    #| 0.6
    y = either(
        relu(x), leaky_relu(x, slope), silu(x), tanh(x), gelu_tanh(x), gelu(x), mish(tl.minimum(x, 10.0)),
        tl.sigmoid(x), x * tl.minimum(tl.maximum(x + 3.0, 0.0), 6.0) / 6.0,
    )  # fmt: skip
    #| else
    # the branch is chosen when the kernel is compiled
    if ACTIVATION == "relu":
        y = relu(x)
    elif ACTIVATION == "silu":
        y = silu(x)
    elif ACTIVATION == "gelu":
        y = either(gelu(x), gelu_tanh(x))
    elif ACTIVATION == "tanh":
        y = tanh(x)
    else:
        y = x
    #| end
    #| 0.2
    if SQUARE:
        y = y * y
    #| end
    #| 0.4
    y = fused(y)
    #| end
    tl.store(out_ptr + offs, either(y, y.to(out_ptr.dtype.element_ty), y.to(U)), mask=mask)
