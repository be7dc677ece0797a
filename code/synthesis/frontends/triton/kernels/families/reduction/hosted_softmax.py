"""Computes the softmax of several rows at a time, loaded through tensor descriptors made by the host."""
#: frontend: triton
#: category: reduction
#: names: softmax_desc_kernel tma_softmax_kernel softmax_rows_kernel log_softmax_tma_kernel
#: difficulty: 3 4
#: types: T = tl.float32 tl.float16 tl.bfloat16, U = tl.float32 tl.float16
#: grid: cdiv(rows, ROWS)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, U, either, fused, size

rows = size(6, 10, 16)
n = size(64, 72, 96, 104)


def kernel(
    x_desc: Array[T, rows, n],  #: -6..6, blocks ROWS BLOCK, named x_desc in_desc logits_desc
    bias_desc: Array[tl.float32, n],  #: -2..2, blocks BLOCK, named bias_desc desc_bias
    out_desc: Array[U, rows, n],  #: output, blocks ROWS BLOCK, named out_desc y_desc probs_desc
    lse_ptr: Array[tl.float32, rows],  #: output, named lse_ptr logsumexp_ptr
    rows: int,  #: is rows, named n_rows M num_rows
    scale: float,  #: 0.25..2, usually 0.5 0.125, named scale temperature
    ROWS: tl.constexpr,  #: option 2 4, named ROWS BLOCK_M ROWS_PER_BLOCK
    BLOCK: tl.constexpr,  #: is next_power_of_2(n), named BLOCK_N BLOCK_SIZE COLS
):
    start = tl.program_id(0) * ROWS
    cols = tl.arange(0, BLOCK)
    #| 0.5
    x = x_desc.load([start, 0]).to(tl.float32)
    #| else
    x = tl.load_tensor_descriptor(x_desc, [start, 0]).to(tl.float32)
    #| end
    #| 0.6
    #| some of
    x = either(x * scale, scale * x)
    #| and
    x = either(x + bias_desc.load([0])[None, :], bias_desc.load([0])[None, :] + x)
    #| and
    x = fused(x)
    #| end
    #| end
    x = either(
        tl.where(cols[None, :] < x_desc.shape[1], x, -float("inf")),
        tl.where(cols[None, :] >= x_desc.shape[1], -float("inf"), x),
    )
    top = tl.max(x, axis=1)
    #| one of
    num = tl.exp(x - top[:, None])
    total = tl.sum(num, axis=1)
    y = either(num / total[:, None], num * (1.0 / total[:, None]))
    #| or
    x = x - top[:, None]
    total = tl.sum(tl.exp(x), axis=1)
    y = either(x - tl.log(total)[:, None], tl.exp(x - tl.log(total)[:, None]))
    #| end
    #| 0.5
    out_desc.store([start, 0], y.to(U))
    #| else
    tl.store_tensor_descriptor(out_desc, [start, 0], y.to(out_desc.dtype))
    #| end
    #| 0.4
    # the log-sum-exp of each row
    offs = start + tl.arange(0, ROWS)
    tl.store(lse_ptr + offs, top + tl.log(total), mask=offs < rows)
    #| end
