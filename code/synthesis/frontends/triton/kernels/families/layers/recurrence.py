"""Runs a recurrence along a sequence, one step at a time."""
#: frontend: triton
#: category: layers
#: names: linear_recurrence_kernel selective_scan_kernel gated_rnn_kernel ssm_step_kernel
#: difficulty: 3
#: types: T = tl.float32 tl.float16
#: grid: cdiv(d, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

seq = size(8, 12, 16)
d = size(40, 64, 50)


def kernel(
    x_ptr: Array[T, seq, d],  #: -2..2, named x_ptr u_ptr
    a_ptr: Array[T, seq, d],  #: -2..2, named a_ptr gate_ptr forget_ptr
    h0_ptr: Array[tl.float32, d],  #: -1..1, named h0_ptr state_ptr
    out_ptr: Array[T, seq, d],  #: output, named out_ptr y_ptr h_ptr
    last_ptr: Array[tl.float32, d],  #: output, named last_ptr ht_ptr
    seq: int,  #: is seq, named seq_len L
    d: int,  #: is d, named dim D
    decay: float,  #: 0.5..0.95, usually 0.9 0.5, named decay lam
    BLOCK: tl.constexpr,  #: option 16 32 64, named BLOCK_SIZE BLOCK_D
):
    pid = tl.program_id(0)
    cols = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = cols < d
    #| 0.5
    h = tl.load(h0_ptr + cols, mask=mask, other=0.0)
    #| else
    h = tl.zeros((BLOCK,), dtype=tl.float32)
    #| end
    #| 0.5
    for i in range(seq):
        x = tl.load(x_ptr + i * d + cols, mask=mask, other=0.0).to(tl.float32)
        a = tl.load(a_ptr + i * d + cols, mask=mask, other=0.0).to(tl.float32)
        #| 0.4
        x = fused(x)
        #| end
        gate = either(tl.sigmoid(a), tl.exp(-tl.abs(a)), 1.0 / (1.0 + tl.exp(-a)))
        h = either(gate * h + (1.0 - gate) * x, gate * h + x, h + gate * (x - h))
        tl.store(out_ptr + i * d + cols, either(h, h.to(out_ptr.dtype.element_ty)), mask=mask)
    #| else
    # pointers move from step to step
    x_ptrs = x_ptr + cols
    out_ptrs = out_ptr + cols
    for _ in range(seq):
        x = tl.load(x_ptrs, mask=mask, other=0.0).to(tl.float32)
        h = either(decay * h + x, decay * h + (1.0 - decay) * x, tl.maximum(decay * h, x))
        y = h
        #| 0.6
        y = fused(y)
        #| end
        tl.store(out_ptrs, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
        x_ptrs += d
        out_ptrs += d
    #| end
    #| 0.4
    tl.store(last_ptr + cols, h, mask=mask)
    #| end
