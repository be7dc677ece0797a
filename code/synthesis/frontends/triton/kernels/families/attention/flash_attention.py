"""Computes attention by blocks of keys with an online softmax, causal or not."""
#: frontend: triton
#: category: attention
#: names: flash_attention_fwd _attn_fwd attention_kernel flash_fwd_kernel
#: difficulty: 4 5
#: types: T = tl.float16 tl.bfloat16 tl.float32
#: grid: cdiv(seq, BLOCK_M), heads
#: num_warps: 2 4
#: num_stages: 1 2 3

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

heads = size(2, 3)
seq = size(32, 40, 64)
d = size(16, 32)


def softcap(x, cap):
    return cap * (2.0 * tl.sigmoid(2.0 * x / cap) - 1.0)


def kernel(
    q_ptr: Array[T, heads, seq, d],  #: -1..1, named Q q_ptr
    k_ptr: Array[T, heads, seq, d],  #: -1..1, named K k_ptr
    v_ptr: Array[T, heads, seq, d],  #: -1..1, named V v_ptr
    bias_ptr: Array[tl.float32, heads, seq],  #: -1..1, named bias_ptr alibi_ptr
    o_ptr: Array[T, heads, seq, d],  #: output, named Out o_ptr out_ptr
    lse_ptr: Array[tl.float32, heads, seq],  #: output, named Lse L lse_ptr
    scale: float,  #: 0.1..0.5, usually 0.25 0.125, named sm_scale scale
    seq: int,  #: is seq, named N_CTX seq_len n_ctx
    stride_h: int,  #: is seq * d, named stride_h stride_qh
    stride_n: int,  #: is d, named stride_n stride_qm
    window: int,  #: 4..16, named window window_size
    CAUSAL: tl.constexpr,  #: option True False, named CAUSAL IS_CAUSAL
    BLOCK_M: tl.constexpr,  #: option 16 32, named BLOCK_M
    BLOCK_N: tl.constexpr,  #: option 16 32, named BLOCK_N
    D: tl.constexpr,  #: is d, named HEAD_DIM BLOCK_D D
):
    start_m = tl.program_id(0)
    head = tl.program_id(1)
    offs_m = start_m * BLOCK_M + tl.arange(0, BLOCK_M)
    offs_d = tl.arange(0, D)
    base = head * stride_h
    q = tl.load(q_ptr + base + offs_m[:, None] * stride_n + offs_d[None, :], mask=offs_m[:, None] < seq, other=0.0)
    #| 0.4
    q = (q * scale).to(q.dtype)
    #| end
    acc = tl.zeros([BLOCK_M, D], dtype=tl.float32)
    row_max = either(tl.full([BLOCK_M], -1e30, dtype=tl.float32), tl.zeros([BLOCK_M], dtype=tl.float32) - 1e30)
    row_sum = tl.zeros([BLOCK_M], dtype=tl.float32)
    #| one of
    last = seq
    #| or
    # keys after the block's last query are not needed
    last = either(min((start_m + 1) * BLOCK_M, seq), tl.minimum((start_m + 1) * BLOCK_M, seq))
    #| end
    for start in range(0, last, BLOCK_N):
        offs_n = start + tl.arange(0, BLOCK_N)
        #| 0.5
        k = tl.load(k_ptr + base + offs_n[None, :] * stride_n + offs_d[:, None], mask=offs_n[None, :] < seq, other=0.0)
        qk = tl.dot(q, k)
        #| else
        k = tl.load(k_ptr + base + offs_n[:, None] * stride_n + offs_d[None, :], mask=offs_n[:, None] < seq, other=0.0)
        qk = either(tl.dot(q, tl.trans(k)), tl.dot(q, k.T))
        #| end
        #| 0.6
        qk = qk * scale
        #| end
        #| 0.2
        qk = softcap(qk, 5.0)
        #| end
        #| 0.2
        bias = tl.load(bias_ptr + head * seq + offs_n, mask=offs_n < seq, other=0.0)
        qk = qk + bias[None, :]
        #| end
        #| one of
        mask = offs_n[None, :] < seq
        if CAUSAL:
            mask = mask & (offs_m[:, None] >= offs_n[None, :])
        qk = tl.where(mask, qk, -1e30)
        #| or
        qk = tl.where((offs_m[:, None] >= offs_n[None, :]) & (offs_n[None, :] < seq), qk, -1e30)
        #| or
        qk = tl.where(offs_n[None, :] < seq, qk, -1e30)
        #| or
        near = (offs_m[:, None] - offs_n[None, :] < window) & (offs_m[:, None] >= offs_n[None, :])
        qk = either(
            tl.where(near & (offs_n[None, :] < seq), qk, -1e30),
            qk + tl.where(near & (offs_n < seq)[None, :], 0.0, -1e30),
        )
        #| end
        new_max = tl.maximum(row_max, tl.max(qk, axis=1))
        #| 0.5
        p = tl.exp(qk - new_max[:, None])
        alpha = tl.exp(row_max - new_max)
        #| else
        p = tl.exp2((qk - new_max[:, None]) * 1.4426950408889634)
        alpha = tl.exp2((row_max - new_max) * 1.4426950408889634)
        #| end
        row_sum = either(row_sum * alpha + tl.sum(p, axis=1), tl.sum(p, 1) + alpha * row_sum)
        v = tl.load(v_ptr + base + offs_n[:, None] * stride_n + offs_d[None, :], mask=offs_n[:, None] < seq, other=0.0)
        #| 0.5
        acc = acc * alpha[:, None]
        acc = tl.dot(p.to(v.dtype), v, acc)
        #| else
        acc = acc * alpha[:, None] + tl.dot(p.to(v.dtype), v)
        #| end
        row_max = new_max
    #| 0.5
    acc = acc / row_sum[:, None]
    #| else
    acc = acc * (1.0 / row_sum)[:, None]
    #| end
    #| 0.3
    acc = fused(acc)
    #| end
    tl.store(
        o_ptr + base + offs_m[:, None] * stride_n + offs_d[None, :],
        acc.to(o_ptr.dtype.element_ty),
        mask=offs_m[:, None] < seq,
    )
    #| 0.5
    tl.store(lse_ptr + head * seq + offs_m, row_max + tl.log(row_sum), mask=offs_m < seq)
    #| end
