"""Gates the values of one half of each row by those of the other half, as SwiGLU and GEGLU do."""
#: frontend: triton
#: category: elementwise
#: names: swiglu_kernel gated_act_kernel _glu_fwd swiglu_forward_kernel silu_and_mul_kernel
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: rows

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

rows = size(4, 7, 12)
d = size(96, 100, 60, 128)


def silu(x):
    return x * tl.sigmoid(x)


def gelu(x):
    return 0.5 * x * (1.0 + tl.erf(x * 0.7071067811865476))


def kernel(
    x_ptr: Array[T, rows, 2 * d],  #: -3..3, named x_ptr input_ptr gate_up_ptr
    out_ptr: Array[T, rows, d],  #: output, named out_ptr output_ptr c_ptr
    stride_x: int,  #: is 2 * d, named stride_x x_row_stride input_stride
    stride_out: int,  #: is d, named stride_out out_row_stride output_stride
    d: int,  #: is d, named d hidden_size n_cols D
    limit: float,  #: 1..3, usually 2.0 7.0, named limit clamp_limit
    BLOCK: tl.constexpr,  #: option 32 64 128, named BLOCK_SIZE BLOCK BLOCK_D
):
    row = tl.program_id(0)
    #| 0.5
    x_ptr += row * stride_x
    out_ptr += row * stride_out
    for start in range(0, d, BLOCK):
        cols = start + tl.arange(0, BLOCK)
        mask = cols < d
        gate = tl.load(x_ptr + cols, mask=mask, other=0.0).to(tl.float32)
        up = tl.load(x_ptr + d + cols, mask=mask, other=0.0).to(tl.float32)
        #| 0.3
        up = tl.clamp(up, -limit, limit)
        gate = tl.minimum(gate, limit)
        #| end
        #| 0.5
        gate = either(silu(gate), gelu(gate), tl.sigmoid(gate), tl.maximum(gate, 0.0))
        #| else
        gate = gate * tl.sigmoid(gate)
        #| end
        y = either(gate * up, up * gate, gate * (up + 1.0))
        #| 0.4
        y = fused(y)
        #| end
        tl.store(out_ptr + cols, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
    #| else
    for i in range(tl.cdiv(d, BLOCK)):
        offs = i * BLOCK + tl.arange(0, BLOCK)
        mask = offs < d
        a = tl.load(x_ptr + row * stride_x + offs, mask=mask, other=0).to(tl.float32)
        b = tl.load(x_ptr + row * stride_x + d + offs, mask=mask, other=0).to(tl.float32)
        #| one of
        a = fused(a)
        y = either(silu(a) * b, gelu(a) * b, a * tl.sigmoid(b), b * silu(a))
        #| or
        y = either(silu(a) * b, gelu(a) * b, a * tl.sigmoid(b), tl.maximum(a, 0.0) * b, b * silu(a))
        #| 0.5
        y = tl.minimum(tl.maximum(y, -limit), limit)
        #| end
        #| end
        tl.store(out_ptr + row * stride_out + offs, either(y, y.to(out_ptr.dtype.element_ty)), mask=mask)
    #| end
