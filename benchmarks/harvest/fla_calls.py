"""Calls of flash-linear-attention's functions, forward and backward, at small sizes."""

import inspect
import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")

import torch
from calling import back, call_all, leaf, real, whole
from fla import modules, ops
from fla.modules import fused_norm_gate, l2norm, layernorm, rotary, token_shift
from fla.modules.activations import logsigmoid, sigmoid, sqrelu, swiglu, swish
from fla.ops.hgrn import chunk_hgrn
from fla.ops.ttt import chunk_ttt_linear
from fla.ops.utils import cumsum, pooling, softmax
from torch.nn import functional

B, T, H, K, V, M = 1, 64, 2, 16, 16, 16


def decays(*shape: int) -> torch.Tensor:
    return functional.logsigmoid(real(*shape)).detach().requires_grad_()


def unit(*shape: int) -> torch.Tensor:
    return functional.normalize(real(*shape), dim=-1).detach().requires_grad_()


def shares(*shape: int) -> torch.Tensor:
    return real(*shape).sigmoid().detach().requires_grad_()


MADE: dict[str, Callable[[], Any]] = {
    "q": lambda: leaf(B, T, H, K),
    "k": lambda: unit(B, T, H, K),
    "r": lambda: leaf(B, T, H, K),
    "p": lambda: unit(B, T, H, K),
    "v": lambda: leaf(B, T, H, V),
    "s": lambda: leaf(B, T, H, M),
    "w": lambda: decays(B, T, H, K),
    "u": lambda: leaf(H, K),
    "a": lambda: unit(B, T, H, K),
    "b": lambda: unit(B, T, H, K),
    "gk": lambda: decays(B, T, H, K),
    "g": lambda: decays(B, T, H),
    "g_atk": lambda: decays(B, T, H),
    "beta": lambda: shares(B, T, H),
    "beta_atk": lambda: shares(B, T, H),
    "log_alpha": lambda: decays(B, T, H),
    "log_mu": lambda: decays(B, T, H),
    "lamb": lambda: (real(H, K).sigmoid() + 0.25).detach().requires_grad_(),
    "level_scales": lambda: shares(B, T, H, 7),
    "layer_idx": lambda: 1,
    "num_layers": lambda: 4,
    "x": lambda: leaf(B, T, K),
    "delta": lambda: leaf(B, T, H, V),
    "readout": lambda: leaf(B, T, H, V),
    "q_norm_weight": lambda: leaf(K),
    "k_norm_weight": lambda: leaf(K),
    "q_norm_eps": lambda: 1e-6,
    "k_norm_eps": lambda: 1e-6,
}
WIDE = {
    "chunk_gla": ("g",), "chunk_kda": ("g",), "chunk_precond_kda": ("g",), "fused_recurrent_kda": ("g",),
    "fused_recurrent_precond_kda": ("g",), "parallel_wall_attn": ("g",),
}  # fmt: skip
"""Functions whose decays have one number for each channel."""
MORE: dict[str, dict[str, Callable[[], Any]]] = {
    "chunk_gsa": {"g": lambda: decays(B, T, H, M)},
    "fused_recurrent_gsa": {"g": lambda: decays(B, T, H, M)},
    "fused_recurrent_hgrn": {"g": lambda: decays(B, T, K)},
    "chunk_simple_gla": {"g": MADE["g"]},
    "parallel_simple_gla": {"g": MADE["g"]},
    "fused_chunk_simple_gla": {"g": MADE["g"]},
    "fused_recurrent_simple_gla": {"g": MADE["g"]},
    "fused_recurrent_gla": {"gk": MADE["gk"]},
    "fused_recurrent_gated_delta_rule": {"g": MADE["g"], "beta": MADE["beta"]},
    "parallel_nsa": {
        "q": lambda: leaf(B, T, 16, K), "k": lambda: leaf(B, T, 1, K), "v": lambda: leaf(B, T, 1, V),
        "g_cmp": lambda: shares(B, T, 16), "g_slc": lambda: shares(B, T, 16), "block_counts": lambda: 2,
        "block_size": lambda: 32,
    },
    "chunk_log_linear_attn": {
        "q": lambda: leaf(B, T, H, 64), "k": lambda: unit(B, T, H, 64), "v": lambda: leaf(B, T, H, 64),
    },
    "chunk_mesa_net": {"max_CG_iteration": lambda: 2},
}  # fmt: skip
HALF = ("delta_rule", "momentum", "kda", "nsa", "path_attn", "cyfa", "mesa", "gdn", "ttt", "attn")
"""Parts of the names of functions that take bfloat16 only."""
SKIPPED = {"fused_chunk_delta_rule", "fused_chunk_gla", "fused_attnres", "parallel_wall_attn_decode", "chunk_gdn",
           "fused_recurrent_gdn"}  # fmt: skip
"""Functions that were taken away, have another name here, or take other kinds of arguments."""


def of_attention(name: str) -> Callable[[], Any]:
    """Return a call of one of ``fla.ops``, with the arguments that its parameters' names ask for."""
    function = getattr(ops, name)
    parameters = inspect.signature(inspect.unwrap(function)).parameters.values()
    needed = [each.name for each in parameters if each.default is each.empty and each.kind is not each.VAR_KEYWORD]

    def call() -> Any:
        made = {each: MADE[each] for each in needed if each in MADE} | MORE.get(name, {})
        if name in WIDE:
            made["g"] = MADE["gk"]
        given = {each: make() for each, make in made.items()}
        if any(each in name for each in HALF):
            given = {each: value.bfloat16() if each in "qkvrpwabs" else value for each, value in given.items()}
        return back(function(**given))

    return call


def of_lengths() -> Any:
    """Two sequences of different lengths, packed into one."""
    ends = torch.tensor([0, 24, T], device="cuda", dtype=torch.int32)
    back(ops.chunk_gla(MADE["q"](), MADE["k"](), MADE["v"](), MADE["gk"](), cu_seqlens=ends))
    q, k, v, beta = (MADE[each]().bfloat16() for each in ("q", "k", "v", "beta"))
    return back(ops.chunk_delta_rule(q, k, v, beta, cu_seqlens=ends))


def of_cross_entropy() -> Any:
    back(modules.FusedCrossEntropyLoss()(leaf(8, 96), whole(96, 8)))
    back(modules.FusedLinearCrossEntropyLoss(num_chunks=2)(leaf(8, 64), whole(96, 8), leaf(96, 64)))
    return back(modules.FusedKLDivLoss()(leaf(8, 64), real(8, 64), leaf(96, 64), real(96, 64)))


CALLS: dict[str, Callable[[], Any]] = {
    **{name: of_attention(name) for name in ops.__all__ if name not in SKIPPED},
    "lengths": of_lengths,
    "cross_entropy": of_cross_entropy,
    "chunk_hgrn": lambda: back(chunk_hgrn(leaf(B, T, K), decays(B, T, K))),
    "layer_norm": lambda: back(layernorm.layer_norm(leaf(8, 64), leaf(64), leaf(64))),
    "rms_norm": lambda: back(layernorm.rms_norm(leaf(8, 64), leaf(64), None)),
    "group_norm": lambda: back(modules.GroupNorm(4, 64)(leaf(2, 8, 64))),
    "l2norm": lambda: back(l2norm.l2_norm(leaf(8, 64))),
    "norm_gate": lambda: back(fused_norm_gate.rms_norm_gated(leaf(8, 64), leaf(8, 64), leaf(64), None)),
    "rotary": lambda: back(rotary.rotary_embedding(leaf(1, 8, 2, 32), real(8, 16), real(8, 16))),
    "token_shift": lambda: back(token_shift.token_shift(leaf(1, 16, 64))),
    "convolution": lambda: back(modules.ShortConvolution(64, 4, activation="silu")(leaf(1, 16, 64))[0]),
    "activations": lambda: [
        back(each(leaf(8, 64))) for each in (logsigmoid, sigmoid, sqrelu, swish)
    ],
    "swiglu": lambda: back(swiglu(leaf(8, 64), leaf(8, 64))),
    "cumsum": lambda: [
        each(real(B, T, H)) for each in (cumsum.chunk_global_cumsum, lambda x: cumsum.chunk_local_cumsum(x, 16))
    ],
    "cumsum_wide": lambda: [
        each(real(B, T, H, K)) for each in (cumsum.chunk_global_cumsum, lambda x: cumsum.chunk_local_cumsum(x, 16))
    ],
    "pooling": lambda: back(pooling.mean_pooling(leaf(B, T, H, K), 16)),
    "softmax": lambda: softmax.softmax_bwd(softmax.softmax_fwd(real(8, 64)), real(8, 64)),
    "ttt": lambda: back(
        chunk_ttt_linear(
            MADE["q"](), MADE["k"](), MADE["v"](), leaf(H, V), leaf(H, V), shares(B, H, T, 1), chunk_size=16
        )
    ),
}  # fmt: skip

if __name__ == "__main__":
    call_all(CALLS)
