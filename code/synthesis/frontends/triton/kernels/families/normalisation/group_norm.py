"""Normalises groups of channels of images, and scales each channel."""
#: frontend: triton
#: category: normalisation
#: names: group_norm_kernel _group_norm_fwd groupnorm_silu_kernel
#: difficulty: 3
#: types: T = tl.float32 tl.float16
#: grid: batch, groups

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

batch = size(2, 3)
groups = size(2, 4)
channels = size(2, 4)
space = size(20, 33, 48)


def kernel(
    x_ptr: Array[T, batch, groups * channels, space],  #: -3..3, named x_ptr X
    w_ptr: Array[tl.float32, groups * channels],  #: 0.5..1.5, named w_ptr gamma_ptr
    b_ptr: Array[tl.float32, groups * channels],  #: -1..1, named b_ptr beta_ptr
    y_ptr: Array[T, batch, groups * channels, space],  #: output, named y_ptr Y
    groups: int,  #: is groups, named G n_groups
    channels: int,  #: is channels, named C_PER_G channels_per_group
    space: int,  #: is space, named HW spatial
    eps: float,  #: 0.0001..0.1, usually 1e-5, named eps
    BLOCK: tl.constexpr,  #: is next_power_of_2(channels * space), named BLOCK_SIZE BLOCK
    ROW: tl.constexpr,  #: is next_power_of_2(space), named BLOCK_HW BLOCK
    CHANNELS: tl.constexpr,  #: is channels, named BLOCK_C CHANNELS
):
    b_id = tl.program_id(0)
    group = tl.program_id(1)
    base = (b_id * groups + group) * channels * space
    #| 0.5
    offs = tl.arange(0, BLOCK)
    mask = offs < channels * space
    x = tl.load(x_ptr + base + offs, mask=mask, other=0.0).to(tl.float32)
    count = channels * space
    mean = tl.sum(x, axis=0) / count
    diff = tl.where(mask, x - mean, 0.0)
    var = tl.sum(diff * diff, axis=0) / count
    rstd = either(tl.rsqrt(var + eps), 1.0 / tl.sqrt(var + eps))
    channel = group * channels + offs // space
    w = tl.load(w_ptr + channel, mask=mask, other=0.0)
    b = tl.load(b_ptr + channel, mask=mask, other=0.0)
    y = diff * rstd * w + b
    #| else
    rows = tl.arange(0, CHANNELS)
    cols = tl.arange(0, ROW)
    offs = rows[:, None] * space + cols[None, :]
    mask = either(
        (cols < space)[None, :] & (rows[:, None] < channels), (rows[:, None] < channels) & (cols[None, :] < space)
    )
    x = tl.load(x_ptr + base + offs, mask=mask, other=0.0).to(tl.float32)
    count = channels * space
    mean = either(tl.sum(tl.sum(x, axis=1), axis=0) / count, tl.sum(x) / count)
    diff = tl.where(mask, x - mean, 0.0)
    var = either(tl.sum(tl.sum(diff * diff, axis=1), axis=0) / count, tl.sum(diff * diff) / count)
    rstd = tl.rsqrt(var + eps)
    w = tl.load(w_ptr + group * channels + rows)
    b = tl.load(b_ptr + group * channels + rows)
    y = diff * rstd * w[:, None] + b[:, None]
    #| end
    #| 0.5
    y = either(y * tl.sigmoid(y), tl.maximum(y, 0.0))
    #| end
    #| 0.4
    y = fused(y)
    #| end
    tl.store(y_ptr + base + offs, either(y, y.to(y_ptr.dtype.element_ty)), mask=mask)
