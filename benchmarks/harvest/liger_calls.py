"""Calls of liger-kernel's functions, forward and backward, at small sizes."""

import torch
from calling import back, call_all, leaf, real, whole
from liger_kernel import ops
from liger_kernel.ops.experimental.mm_int8int2 import matmul as matmul_int2
from liger_kernel.transformers import functional as liger

H, V, BT = 64, 96, 12
bf16 = torch.bfloat16


def probabilities() -> tuple[torch.Tensor, torch.Tensor]:
    return leaf(BT, V), real(BT, V)


def rope_tables(length: int, width: int, parts: tuple[int, ...] = ()) -> tuple[torch.Tensor, torch.Tensor]:
    angles = real(*parts, 1, length, width)
    return angles.cos(), angles.sin()


def jsd(beta: float) -> None:
    student, teacher = probabilities()
    back(liger.liger_jsd(student.log_softmax(-1), teacher.log_softmax(-1), whole(V, BT), beta))


def cross_entropy(**options: object) -> None:
    found = liger.liger_cross_entropy(leaf(BT, V), whole(V, BT), **options)
    back(found if isinstance(found, torch.Tensor) else found.loss)


def linear_cross_entropy(**options: object) -> None:
    found = liger.liger_fused_linear_cross_entropy(leaf(BT, H), leaf(V, H), whole(V, BT), **options)
    back(found if isinstance(found, torch.Tensor) else found.loss)


def grpo(loss_type: str, level: str = "token") -> None:
    mask = torch.ones(2, 8, dtype=torch.int64, device="cuda")
    mask[1, 5:] = 0
    back(
        ops.GrpoLossFunction.apply(
            leaf(2, 9, V), real(2, 8) - 4, real(2, 8) - 4, whole(V, 2, 8), real(2), mask,
            0.9, 0.04, 0.2, 0.4, False, loss_type, 8, True, level,
        )[0]
    )  # fmt: skip


def mhc() -> None:
    hc, c = 4, 64
    m = hc * hc + 2 * hc
    x = leaf(6, hc, c, dtype=bf16)
    scalars = [torch.tensor(0.1, device="cuda", requires_grad=True) for _ in range(3)]
    pre, post, res = liger.liger_mhc_coeffs(x, leaf(hc * c, m), leaf(m), *scalars, tmax=4)
    back((pre, post, res))
    back(ops.LigerMHCPreFunction.apply(leaf(6, hc, c, dtype=bf16), leaf(6, hc)))
    back(
        ops.LigerMHCPostResFunction.apply(
            leaf(6, hc, c, dtype=bf16), leaf(6, c, dtype=bf16), leaf(6, hc), leaf(6, hc, hc)
        )
    )


def moe() -> None:
    experts, width, inner, tokens = 4, 64, 64, 10
    index = whole(experts, tokens, 2, dtype=torch.int32)
    weights = torch.full((tokens, 2), 0.5, device="cuda").requires_grad_()
    back(
        ops.LigerFusedMoEFunction.apply(
            leaf(tokens, width), leaf(experts, 2 * inner, width), leaf(experts, width, inner), index, weights
        )
    )


def norms(dtype: torch.dtype = torch.float32) -> None:
    for mode in ("llama", "gemma", "none"):
        back(liger.liger_rms_norm(leaf(BT, H, dtype=dtype), leaf(H), 1e-6, 0.0, mode))
    back(liger.liger_fused_add_rms_norm(leaf(BT, H, dtype=dtype), leaf(BT, H, dtype=dtype), leaf(H), 1e-6))
    back(liger.liger_layer_norm(leaf(BT, H, dtype=dtype), leaf(H), leaf(H), 1e-6))
    back(liger.liger_poly_norm(leaf(BT, H, dtype=dtype), leaf(3), leaf(1)))


def int2() -> None:
    matmul_int2(whole(100, 64, 256, dtype=torch.int8), whole(100, 64, 64, dtype=torch.uint8))


CALLS = {
    "attn_res": lambda: back(ops.LigerAttnResFunction.apply(leaf(4, BT, H), leaf(H), leaf(H), 1e-6)),
    "cross_entropy": lambda: cross_entropy(label_smoothing=0.1, lse_square_scale=1e-4, return_z_loss=True),
    "cross_entropy_weighted": lambda: cross_entropy(weight=torch.rand(V, device="cuda"), softcap=30.0),
    "cross_entropy_predicted": lambda: cross_entropy(return_token_accuracy=True, return_predicted_tokens=True),
    "cross_entropy_none": lambda: cross_entropy(reduction="none"),
    "dyt": lambda: back(liger.liger_dyt(leaf(BT, H), leaf(1), leaf(H), leaf(H))),
    "fused_ce_tvd": lambda: back(ops.LigerFusedCETVDFunction.apply(leaf(BT, V), real(BT, V), whole(V, BT))),
    "linear_cross_entropy": linear_cross_entropy,
    "linear_cross_entropy_bias": lambda: linear_cross_entropy(bias=leaf(V), use_token_scaling=True),
    "linear_jsd": lambda: back(
        liger.liger_fused_linear_jsd(leaf(BT, H), leaf(V, H), real(BT, H), real(V, H), whole(V, BT))
    ),
    "linear_kl": lambda: back(
        liger.liger_fused_linear_kl_div(leaf(BT, H), leaf(V, H), real(BT, V).softmax(-1), whole(V, BT))
    ),
    "linear_scaled": lambda: back(
        ops.LigerFusedLinearScaledCrossEntropyFunction.apply(leaf(BT, H), leaf(V, H), whole(V, BT))
    ),
    "moe": moe,
    "neighborhood": lambda: back(
        liger.liger_fused_neighborhood_attention(leaf(1, 2, 32, 16), leaf(1, 2, 32, 16), leaf(1, 2, 32, 16))
    ),
    "geglu": lambda: back(liger.liger_geglu(leaf(BT, H), leaf(BT, H))),
    "group_norm": lambda: back(liger.liger_group_norm(leaf(2, 8, 16), leaf(8), leaf(8), 8, 4, 1e-6)),
    "grpo": lambda: grpo("grpo"),
    "grpo_sapo": lambda: grpo("sapo"),
    "grpo_sequence": lambda: grpo("grpo", "sequence"),
    "jsd": lambda: jsd(0.5),
    "jsd_forward": lambda: jsd(0.0),
    "kl_div": lambda: back(liger.liger_kl_div(leaf(BT, V).log_softmax(-1), real(BT, V).softmax(-1))),
    "llama4_rope": lambda: ops.LigerLlama4RopeFunction.apply(
        leaf(1, 8, 2, 16), leaf(1, 8, 2, 16), torch.polar(torch.ones(8, 8), torch.rand(8, 8))
    ),
    "mhc": mhc,
    "mlp": lambda: back(ops.LigerMLPFunction.apply(leaf(BT, H), leaf(128, H), leaf(128, H), leaf(H, 128))),
    "modulated": lambda: back(
        liger.liger_modulated_rms_norm(leaf(2, 6, H), leaf(H), leaf(2, 1, H), leaf(2, 1, H))
    ),
    "mta": lambda: back(liger.liger_multi_token_attention(leaf(1, 2, 16, 16), leaf(2, 2, 3, 3), leaf(2), padding=1)),
    "norms": norms,
    "norms_bf16": lambda: norms(bf16),
    "mrope": lambda: back(
        liger.liger_qwen2vl_mrope(leaf(1, 4, 8, 16), leaf(1, 2, 8, 16), *rope_tables(8, 16, (3,)), [2, 3, 3])
    ),
    "relu_squared": lambda: back(liger.liger_relu_squared(leaf(BT, H))),
    "rope": lambda: back(liger.liger_rope(leaf(1, 4, 8, 16), leaf(1, 2, 8, 16), *rope_tables(8, 16))),
    "softmax": lambda: back(liger.liger_softmax(leaf(BT, H))),
    "softmax_wide": lambda: back(liger.liger_softmax(leaf(2, 9000))),
    "sparsemax": lambda: back(liger.liger_sparsemax(leaf(BT, H))),
    "swiglu": lambda: back(liger.liger_swiglu(leaf(BT, H), leaf(BT, H))),
    "swiglu_packed": lambda: back(ops.LigerFusedGateUpSiLUMulFunction.apply(leaf(BT, 2 * H))),
    "tvd": lambda: back(liger.liger_tvd(leaf(BT, V).softmax(-1), real(BT, V).softmax(-1), whole(V, BT))),
    "vocab_parallel": lambda: back(
        ops.LigerVocabParallelCEFunction.apply(leaf(6, 2, V), whole(V, 6, 2), None, -100, 0.1, "megatron", "full")
    ),
    "embedding": lambda: back(ops.LigerEmbeddingFunction.apply(leaf(V, H), whole(V, BT))),
    "int2": int2,
}  # fmt: skip

if __name__ == "__main__":
    call_all(CALLS)
