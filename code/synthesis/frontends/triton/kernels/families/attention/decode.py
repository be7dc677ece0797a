"""Computes attention of one query over cached keys and values, in one or several passes."""
#: frontend: triton
#: category: attention
#: names: decode_attention_kernel single_query_attention paged_decode_kernel
#: difficulty: 3 4
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: batch, heads

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

batch = size(2, 3)
heads = size(2, 4)
seq = size(32, 48, 64)
d = size(16, 32)


def kernel(
    q_ptr: Array[T, batch, heads, d],  #: -1..1, named Q q_ptr
    k_ptr: Array[T, batch, seq, heads, d],  #: -1..1, named K_cache k_ptr
    v_ptr: Array[T, batch, seq, heads, d],  #: -1..1, named V_cache v_ptr
    len_ptr: Array[tl.int32, batch],  #: 8..32, named seq_lens len_ptr
    block_ptr: Array[tl.int32, batch, seq],  #: 0..31, named block_table slots_ptr
    o_ptr: Array[T, batch, heads, d],  #: output, named Out o_ptr
    scale: float,  #: 0.1..0.5, usually 0.25, named sm_scale scale
    seq: int,  #: is seq, named max_len seq
    heads: int,  #: is heads, named H n_heads
    D: tl.constexpr,  #: is d, named HEAD_DIM D
    BLOCK: tl.constexpr,  #: option 8 16, named BLOCK_N BLOCK
    ALL: tl.constexpr,  #: option 32, named BLOCK_SEQ MAX_LEN
):
    b_id = tl.program_id(0)
    head = tl.program_id(1)
    offs_d = tl.arange(0, D)
    length = tl.load(len_ptr + b_id)
    q = tl.load(q_ptr + (b_id * heads + head) * D + offs_d).to(tl.float32)
    #| 0.3
    q = fused(q)
    #| end
    #| one of
    # online softmax
    row_max = -1e30
    row_sum = 0.0
    acc = tl.zeros([D], dtype=tl.float32)
    for start in range(0, length, BLOCK):
        offs_n = start + tl.arange(0, BLOCK)
        mask = offs_n < length
        #| 0.5
        place = ((b_id * seq + offs_n) * heads + head) * D
        #| else
        slot = tl.load(block_ptr + b_id * seq + offs_n, mask=mask, other=0)
        place = ((b_id * seq + slot) * heads + head) * D
        #| end
        k = tl.load(k_ptr + place[:, None] + offs_d[None, :], mask=mask[:, None], other=0.0).to(tl.float32)
        qk = either(tl.sum(q[None, :] * k, axis=1) * scale, scale * tl.sum(k * q[None, :], axis=1))
        qk = tl.where(mask, qk, -1e30)
        new_max = tl.maximum(row_max, tl.max(qk, axis=0))
        p = tl.exp(qk - new_max)
        alpha = tl.exp(row_max - new_max)
        v = tl.load(v_ptr + place[:, None] + offs_d[None, :], mask=mask[:, None], other=0.0).to(tl.float32)
        acc = acc * alpha + tl.sum(p[:, None] * v, axis=0)
        row_sum = row_sum * alpha + tl.sum(p, axis=0)
        row_max = new_max
    y = acc / row_sum
    #| or
    offs_n = tl.arange(0, ALL)
    mask = offs_n < length
    place = ((b_id * seq + offs_n) * heads + head) * D
    k = tl.load(k_ptr + place[:, None] + offs_d[None, :], mask=mask[:, None], other=0.0).to(tl.float32)
    qk = tl.sum(q[None, :] * k, axis=1) * scale
    #| 0.5
    qk = fused(qk)
    #| end
    qk = tl.where(mask, qk, float("-inf"))
    p = either(tl.softmax(qk), tl.exp(qk - tl.max(qk, axis=0)) / tl.sum(tl.exp(qk - tl.max(qk, axis=0)), axis=0))
    v = tl.load(v_ptr + place[:, None] + offs_d[None, :], mask=mask[:, None], other=0.0).to(tl.float32)
    y = tl.sum(p[:, None] * v, axis=0)
    #| end
    #| 0.4
    y = fused(y)
    #| end
    tl.store(o_ptr + (b_id * heads + head) * D + offs_d, either(y, y.to(o_ptr.dtype.element_ty)))
