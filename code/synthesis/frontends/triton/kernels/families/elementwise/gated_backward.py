"""Computes the gradients of a gated activation with respect to both of its inputs."""
#: frontend: triton
#: category: elementwise
#: names: swiglu_backward_kernel glu_bwd _gated_act_bwd silu_mul_backward
#: difficulty: 2 3
#: types: T = tl.float32 tl.float16 tl.bfloat16
#: grid: cdiv(n, BLOCK)

import triton.language as tl

from synthesis.drawing.kernel_files.words import Array, T, either, fused, size

n = size(700, 1024, 333, 90)


def kernel(
    dy_ptr: Array[T, n],  #: -2..2, named dy_ptr grad_out_ptr dc_ptr
    a_ptr: Array[T, n],  #: -3..3, named a_ptr gate_ptr e_ptr
    b_ptr: Array[T, n],  #: -3..3, named b_ptr up_ptr g_ptr
    da_ptr: Array[T, n],  #: output, named da_ptr dgate_ptr grad_a_ptr
    db_ptr: Array[T, n],  #: output, named db_ptr dup_ptr grad_b_ptr
    n: int,  #: is n, named n_elements n numel
    BLOCK: tl.constexpr,  #: option 64 128 256, named BLOCK_SIZE BLOCK
):
    pid = tl.program_id(0)
    offs = either(pid * BLOCK + tl.arange(0, BLOCK), tl.arange(0, BLOCK) + pid * BLOCK)
    mask = offs < n
    grad = tl.load(dy_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    a = tl.load(a_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    b = tl.load(b_ptr + offs, mask=mask, other=0.0).to(tl.float32)
    #| 0.3
    grad = fused(grad)
    #| end
    #| one of
    # recompute the gate
    sig = either(tl.sigmoid(a), 1.0 / (1.0 + tl.exp(-a)))
    act = a * sig
    da = either(grad * b * (sig + act * (1.0 - sig)), grad * b * sig * (1.0 + a * (1.0 - sig)))
    db = grad * act
    #| or
    sig = tl.sigmoid(a)
    da = grad * b * sig * (1.0 - sig)
    db = either(grad * sig, sig * grad)
    #| or
    cdf = 0.5 * (1.0 + tl.erf(a * 0.7071067811865476))
    pdf = 0.3989422804014327 * tl.exp(-0.5 * a * a)
    da = grad * b * (cdf + a * pdf)
    db = grad * a * cdf
    #| or
    da = tl.where(a > 0, grad * b, 0.0)
    db = grad * tl.maximum(a, 0.0)
    #| end
    #| 0.3
    da = fused(da)
    #| end
    #| 0.3
    db = fused(db)
    #| end
    #| one of
    tl.store(da_ptr + offs, da, mask=mask)
    tl.store(db_ptr + offs, db, mask=mask)
    #| or
    tl.store(da_ptr + offs, da.to(da_ptr.dtype.element_ty), mask=mask)
    tl.store(db_ptr + offs, db.to(db_ptr.dtype.element_ty), mask=mask)
    #| or
    tl.store(db_ptr + offs, db, mask=mask)
    tl.store(da_ptr + offs, da, mask=mask)
    #| end
