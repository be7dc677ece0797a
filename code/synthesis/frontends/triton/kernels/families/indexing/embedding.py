"""Gathers rows of a table by indices, or scatter-adds rows into a table."""
#: frontend: triton
#: category: indexing
#: names: embedding_kernel gather_rows_kernel index_select_kernel embedding_backward_kernel scatter_add_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16, U = tl.int32 tl.int64
#: grid: tokens, cdiv(d, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, U, either, fused, size

tokens = size(8, 12, 17)
vocab = size(20, 32)
d = size(40, 64, 50)


def kernel(
    idx_ptr: Array[U, tokens],  #: 0..19, named idx_ptr indices_ptr token_ptr
    w_ptr: Array[T, vocab, d],  #: -2..2, named w_ptr table_ptr embedding_ptr
    x_ptr: Array[tl.float32, tokens, d],  #: -2..2, named grad_ptr x_ptr src_ptr
    pos_ptr: Array[T, tokens, d],  #: -1..1, named pos_ptr pe_ptr
    bias_ptr: Array[T, d],  #: -1..1, named bias_ptr type_ptr b_ptr
    gate_ptr: Array[tl.float32, tokens],  #: 0.5..2, named gate_ptr weight_ptr token_weight_ptr
    out_ptr: Array[T, tokens, d],  #: output, named out_ptr y_ptr
    norm_ptr: Array[tl.float32, tokens, cdiv(d, BLOCK)],  #: output, named norm_ptr sq_ptr dot_ptr
    sum_ptr: Array[tl.float32, vocab, d],  #: -1..1, inout, named dw_ptr grad_w_ptr acc_ptr
    d: int,  #: is d, named dim hidden_size D
    padding: int,  #: 0..5, named padding_idx pad_id
    scale: float,  #: 0.5..2, usually 8.0 2.0, named scale embed_scale
    BLOCK: tl.constexpr,  #: option 16 32 64, named BLOCK_SIZE BLOCK BLOCK_D
    HAS_BIAS: tl.constexpr,  #: option True False, named HAS_BIAS HAS_TYPE
):
    pid = tl.program_id(0)
    block = tl.program_id(1)
    cols = either(block * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + block * BLOCK)
    mask = cols < d
    idx = either(tl.load(idx_ptr + pid), tl.load(idx_ptr + pid).to(tl.int64))
    #| one of
    #| 0.3
    mask = mask & (idx != padding)
    y = tl.load(w_ptr + idx * d + cols, mask=mask, other=0.0).to(tl.float32)
    mask = cols < d
    #| else
    #| one of
    y = tl.load(w_ptr + idx * d + cols, mask=mask, other=0.0).to(tl.float32)
    #| or
    line = w_ptr + idx * d
    y = either(tl.load(line + cols, mask=mask, other=0.0), tl.load(line + cols, mask=mask)).to(tl.float32)
    #| or
    y = tl.load(w_ptr + idx * d + cols, mask=mask, other=0.0).to(tl.float32)
    y = either(tl.where(idx != padding, y, 0.0), tl.where(idx == padding, 0.0, y))
    #| end
    #| end
    #| 0.4
    y = either(y * scale, scale * y, y * tl.sqrt(scale))
    #| end
    #| 0.6
    #| some of
    pos = tl.load(pos_ptr + pid * d + cols, mask=mask, other=0.0).to(tl.float32)
    y = either(y + pos, pos + y)
    #| and
    if HAS_BIAS:
        y += tl.load(bias_ptr + cols, mask=mask, other=0.0).to(tl.float32)
    #| and
    y = either(y * tl.load(gate_ptr + pid), tl.load(gate_ptr + pid) * y)
    #| and
    y = fused(y)
    #| end
    #| end
    #| 0.2
    tl.store(norm_ptr + pid * tl.num_programs(1) + block, tl.sum(tl.where(mask, y * y, 0.0), axis=0))
    #| end
    tl.store(out_ptr + pid * d + cols, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
    #| or
    x = tl.load(x_ptr + pid * d + cols, mask=mask, other=0.0)
    #| 0.7
    #| some of
    x = fused(x)
    #| and
    x = either(x * tl.load(gate_ptr + pid), tl.load(gate_ptr + pid) * x)
    #| and
    x = either(x * scale, scale * x, x / scale)
    #| and
    pos = tl.load(pos_ptr + pid * d + cols, mask=mask, other=0.0).to(tl.float32)
    x = either(x + pos, x * pos, x - pos)
    #| end
    #| end
    #| one of
    if idx != padding:
        tl.atomic_add(sum_ptr + idx * d + cols, x, mask=mask)
    #| or
    tl.atomic_add(sum_ptr + idx * d + cols, either(x, x * scale), mask=mask, sem="relaxed")
    #| or
    x = either(tl.where(idx == padding, 0.0, x), tl.where(idx != padding, x, 0.0))
    tl.atomic_add(sum_ptr + idx * d + cols, x, mask=mask)
    #| or
    line = sum_ptr + idx * d
    tl.atomic_add(line + cols, x, mask=either(mask & (idx != padding), mask))
    #| end
    #| or
    # similarity of a token and its vector
    x = tl.load(x_ptr + pid * d + cols, mask=mask, other=0.0)
    y = tl.load(w_ptr + idx * d + cols, mask=mask, other=0.0).to(tl.float32)
    #| 0.5
    y = fused(y)
    #| end
    part = either(x * y, (x - y) * (x - y), tl.abs(x - y), x * y * scale)
    tl.store(norm_ptr + pid * tl.num_programs(1) + block, tl.sum(tl.where(mask, part, 0.0), axis=0))
    #| or
    x = tl.load(x_ptr + pid * d + cols, mask=mask, other=0.0)
    #| 0.4
    x = fused(x)
    #| end
    #| 0.3
    x = either(x * tl.load(gate_ptr + pid), x * scale)
    #| end
    either(tl.atomic_max, tl.atomic_min)(sum_ptr + idx * d + cols, x, mask=mask)
    #| end
