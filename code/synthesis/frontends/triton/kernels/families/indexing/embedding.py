"""Gathers rows of a table by indices, or adds rows to a table."""
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
    out_ptr: Array[T, tokens, d],  #: output, named out_ptr y_ptr
    sum_ptr: Array[tl.float32, vocab, d],  #: -1..1, inout, named dw_ptr grad_w_ptr acc_ptr
    d: int,  #: is d, named dim hidden_size D
    padding: int,  #: 0..5, named padding_idx pad_id
    scale: float,  #: 0.5..2, usually 8.0 2.0, named scale embed_scale
    BLOCK: tl.constexpr,  #: option 16 32 64, named BLOCK_SIZE BLOCK BLOCK_D
):
    pid = tl.program_id(0)
    block = tl.program_id(1)
    cols = either(block * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + block * BLOCK)
    mask = cols < d
    idx = tl.load(idx_ptr + pid)
    #| one of
    #| 0.3
    mask = mask & (idx != padding)
    y = tl.load(w_ptr + idx * d + cols, mask=mask, other=0.0).to(tl.float32)
    mask = cols < d
    #| else
    y = tl.load(w_ptr + idx * d + cols, mask=mask, other=0.0).to(tl.float32)
    #| end
    #| 0.4
    y = y * scale
    #| end
    #| 0.3
    pos = tl.load(pos_ptr + pid * d + cols, mask=mask, other=0.0).to(tl.float32)
    y = either(y + pos, pos + y)
    #| end
    #| 0.4
    y = fused(y)
    #| end
    tl.store(out_ptr + pid * d + cols, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
    #| or
    x = tl.load(x_ptr + pid * d + cols, mask=mask, other=0.0)
    #| 0.5
    x = fused(x)
    #| end
    #| 0.3
    if idx != padding:
        tl.atomic_add(sum_ptr + idx * d + cols, x, mask=mask)
    #| else
    tl.atomic_add(sum_ptr + idx * d + cols, either(x, x * scale), mask=mask, sem="relaxed")
    #| end
    #| or
    x = tl.load(x_ptr + pid * d + cols, mask=mask, other=0.0)
    #| 0.4
    x = fused(x)
    #| end
    either(tl.atomic_max, tl.atomic_min)(sum_ptr + idx * d + cols, x, mask=mask)
    #| end
