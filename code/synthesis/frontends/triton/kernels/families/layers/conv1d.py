"""Applies a depthwise 1-D convolution to a sequence."""
#: frontend: triton
#: category: layers
#: names: causal_conv1d_kernel depthwise_conv1d_kernel short_conv_kernel
#: difficulty: 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(seq, BLOCK), channels

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

seq = size(40, 64, 70)
channels = size(3, 5, 8)


def kernel(
    x_ptr: Array[T, channels, seq],  #: -2..2, named x_ptr X
    w_ptr: Array[T, channels, 4],  #: -1..1, named w_ptr weight_ptr
    b_ptr: Array[T, channels],  #: -1..1, named b_ptr bias_ptr
    out_ptr: Array[T, channels, seq],  #: output, named out_ptr y_ptr
    seq: int,  #: is seq, named seq_len T_len L
    WIDTH: tl.constexpr,  #: option 2 3 4, named WIDTH K_SIZE W
    BLOCK: tl.constexpr,  #: option 16 32 64, named BLOCK_SIZE BLOCK_T BLOCK
):
    pid = tl.program_id(0)
    channel = tl.program_id(1)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < seq
    #| 0.6
    acc = tl.zeros((BLOCK,), dtype=tl.float32)
    #| else
    acc = tl.zeros((BLOCK,), dtype=tl.float32) + tl.load(b_ptr + channel).to(tl.float32)
    #| end
    #| one of
    for j in tl.static_range(WIDTH):
        at = offs - (WIDTH - 1) + j
        x = tl.load(x_ptr + channel * seq + at, mask=mask & (at >= 0), other=0.0).to(tl.float32)
        w = tl.load(w_ptr + channel * 4 + j).to(tl.float32)
        acc += either(x * w, w * x)
    #| or
    for j in range(WIDTH):
        at = either(offs - j, offs + j - WIDTH // 2)
        x = tl.load(x_ptr + channel * seq + at, mask=(at >= 0) & (at < seq), other=0.0).to(tl.float32)
        w = tl.load(w_ptr + channel * 4 + j).to(tl.float32)
        #| 0.5
        x = fused(x)
        #| end
        acc = either(acc + x * w, tl.fma(x, tl.broadcast_to(w, (BLOCK,)), acc))
    #| or
    left = tl.load(x_ptr + channel * seq + offs - 1, mask=mask & (offs > 0), other=0.0).to(tl.float32)
    mid = tl.load(x_ptr + channel * seq + offs, mask=mask, other=0.0).to(tl.float32)
    right = tl.load(x_ptr + channel * seq + offs + 1, mask=offs + 1 < seq, other=0.0).to(tl.float32)
    w0 = tl.load(w_ptr + channel * 4).to(tl.float32)
    w1 = tl.load(w_ptr + channel * 4 + 1).to(tl.float32)
    acc += either(w0 * left + w1 * mid + w0 * right, w0 * (left + right) + w1 * mid, w0 * left + w1 * mid)
    #| end
    #| 0.4
    b = tl.load(b_ptr + channel).to(tl.float32)
    acc += b
    #| end
    #| 0.5
    acc = either(acc * tl.sigmoid(acc), tl.maximum(acc, 0.0))
    #| end
    #| 0.5
    acc = fused(acc)
    #| end
    tl.store(out_ptr + channel * seq + offs, either(acc, acc.to(out_ptr.dtype.element_ty)), mask=mask)
