"""Applies batch normalisation with given statistics to images."""
#: frontend: triton
#: category: normalisation
#: names: batch_norm_inference_kernel bn_apply_kernel bn_relu_kernel
#: difficulty: 2
#: types: T = tl.float32 tl.float16
#: grid: cdiv(batch * channels * space, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

batch = size(2, 3)
channels = size(3, 5, 8)
space = size(30, 49, 64)


def kernel(
    x_ptr: Array[T, batch, channels, space],  #: -3..3, named x_ptr in_ptr
    mean_ptr: Array[tl.float32, channels],  #: -0.5..0.5, named mean_ptr running_mean_ptr
    var_ptr: Array[tl.float32, channels],  #: 0.25..2, named var_ptr running_var_ptr
    w_ptr: Array[tl.float32, channels],  #: 0.5..1.5, named weight_ptr gamma_ptr
    b_ptr: Array[tl.float32, channels],  #: -1..1, named bias_ptr beta_ptr
    out_ptr: Array[T, batch, channels, space],  #: output, named out_ptr y_ptr
    total: int,  #: is batch * channels * space, named n_elements numel
    channels: int,  #: is channels, named C n_channels
    space: int,  #: is space, named HW spatial_size
    eps: float,  #: 0.00001..0.1, usually 1e-5, named eps
    BLOCK: tl.constexpr,  #: option 64 128 256, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < total
    channel = either((offs // space) % channels, offs // space % channels)
    x = tl.load(x_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    mean = tl.load(mean_ptr + channel, mask=mask, other=0.0)
    var = tl.load(var_ptr + channel, mask=mask, other=1.0)
    y = either((x - mean) * tl.rsqrt(var + eps), (x - mean) / tl.sqrt(var + eps))
    #| 0.7
    w = tl.load(w_ptr + channel, mask=mask, other=1.0)
    b = tl.load(b_ptr + channel, mask=mask, other=0.0)
    y = either(y * w + b, tl.fma(y, w, b), b + w * y)
    #| end
    #| 0.4
    y = tl.maximum(y, 0.0)
    #| end
    #| 0.5
    y = fused(y)
    #| end
    tl.store(out_ptr + offs, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
