"""Calls of FlagGems' functions at small sizes."""

import os
import tempfile
from collections.abc import Callable
from typing import Any

os.environ.setdefault("GEMS_VENDOR", "nvidia")
os.environ["FLAGGEMS_CACHE_DIR"] = tempfile.mkdtemp(prefix="gems-")

import flag_gems
import torch
from calling import call_all, real, whole
from flag_gems import fused, ops
from flag_gems.runtime.common import vendors
from flag_gems.utils.codegen_config_utils import CODEGEN_COFIGS

CODEGEN_COFIGS[vendors.NVIDIA].prefer_block_pointer = False  # Triton 3.9 has no block pointers
N = (8, 48)


def positive(*shape: int) -> torch.Tensor:
    return real(*shape).abs() + 0.5


def flags(*shape: int) -> torch.Tensor:
    return real(*shape) > 0


UNARY = [
    "abs",
    "acos",
    "angle",
    "arcsinh",
    "atan",
    "ceil",
    "cos",
    "cosh",
    "elu",
    "erf",
    "exp",
    "exp2",
    "expm1",
    "gelu",
    "hardsigmoid",
    "i0",
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "log_sigmoid",
    "neg",
    "nan_to_num",
    "relu",
    "relu6",
    "sgn_",
    "sigmoid",
    "signbit",
    "silu",
    "sin",
    "softplus",
    "softshrink",
    "square",
    "tan",
    "tanh",
    "celu",
    "selu",
    "special_i1",
    "bitwise_not",
    "logical_not",
]
OF_POSITIVE = ("log", "log10", "reciprocal", "rsqrt", "sqrt", "logit")
BINARY = [
    "add",
    "sub",
    "mul",
    "div_mode",
    "maximum",
    "minimum",
    "eq",
    "ne",
    "ge",
    "gt",
    "le",
    "lt",
    "pow_tensor_tensor",
    "atan2",
    "copysign",
    "fmin",
    "hypot",
    "logaddexp",
    "isclose",
    "logical_and",
    "logical_or",
    "logical_xor",
    "true_divide",
]
OF_INTEGERS = ("bitwise_and_tensor", "bitwise_or_tensor", "bitwise_xor_tensor", "floor_divide", "remainder")
REDUCTIONS = [
    "sum",
    "sum_dim",
    "mean",
    "mean_dim",
    "amax",
    "argmax",
    "argmin",
    "max",
    "max_dim",
    "min",
    "min_dim",
    "prod",
    "prod_dim",
    "all",
    "all_dim",
    "any",
    "any_dim",
    "std",
    "var_mean",
    "vector_norm",
    "count_nonzero",
    "cumsum",
    "cummax",
    "cummin",
    "softmax",
    "log_softmax",
    "logsumexp",
    "aminmax",
]
WITH_DIM = ("sum_dim", "mean_dim", "amax", "max_dim", "min_dim", "prod_dim", "all_dim", "any_dim", "cumsum", "cummax",
            "cummin", "softmax", "log_softmax", "logsumexp")  # fmt: skip


def unary(name: str) -> Callable[[], Any]:
    function = getattr(ops, name)
    if name == "bitwise_not":
        return lambda: function(whole(99, *N, dtype=torch.int32))
    if name in OF_POSITIVE:
        return lambda: function(real(*N).sigmoid())
    if name == "log_sigmoid":
        return lambda: function(real(*N))
    return lambda: function(real(*N))


def binary(name: str) -> Callable[[], Any]:
    function = getattr(ops, name)
    if name in OF_INTEGERS:
        return lambda: function(whole(99, *N, dtype=torch.int32) + 1, whole(9, *N, dtype=torch.int32) + 1)
    if name.startswith("pow"):
        return lambda: function(positive(*N), real(*N))
    return lambda: function(real(*N), real(*N))


def reduction(name: str) -> Callable[[], Any]:
    function = getattr(ops, name)
    if name in ("softmax", "log_softmax"):
        return lambda: function(real(*N), -1, False)
    if name in ("sum_dim", "mean_dim"):
        return lambda: function(real(*N), [1])
    if name == "amax":
        return lambda: function(real(*N), [1])
    if name in WITH_DIM:
        return lambda: function(real(*N), 1)
    return lambda: function(real(*N))


def attention() -> Any:
    q, k, v = (real(1, 2, 64, 32, dtype=torch.float16) for _ in range(3))
    return ops.scaled_dot_product_attention(q, k, v, is_causal=True)


OTHERS: dict[str, Callable[[], Any]] = {
    "addmm": lambda: ops.addmm(real(32), real(32, 48), real(48, 32)),
    "addmv": lambda: ops.addmv(real(32), real(32, 48), real(48)),
    "addcdiv": lambda: ops.addcdiv(real(*N), real(*N), positive(*N)),
    "addcmul": lambda: ops.addcmul(real(*N), real(*N), real(*N)),
    "arange": lambda: ops.arange(100, device="cuda"),
    "attention": attention,
    "baddbmm": lambda: ops.baddbmm(real(2, 16, 16), real(2, 16, 16), real(2, 16, 16), 1.0, 1.0),
    "batch_norm": lambda: ops.batch_norm(real(4, 8, 6), real(8), real(8), real(8), positive(8), training=True),
    "bmm": lambda: ops.bmm(real(2, 32, 32), real(2, 32, 32)),
    "cat": lambda: ops.cat([real(4, 8), real(6, 8)]),
    "clamp": lambda: ops.clamp(real(*N), -0.5, 0.5),
    "conv1d": lambda: ops.conv1d(real(1, 4, 16), real(8, 4, 3)),
    "conv2d": lambda: ops.conv2d(real(1, 4, 8, 8), real(8, 4, 3, 3)),
    "diag": lambda: ops.diag(real(8)),
    "dot": lambda: ops.dot(real(100), real(100)),
    "dropout": lambda: ops.dropout(real(*N), 0.3, True),
    "embedding": lambda: ops.embedding(real(10, 32), whole(10, 6)),
    "embedding_backward": lambda: ops.embedding_backward(real(6, 32), whole(10, 6), 10),
    "exponential": lambda: ops.exponential_(real(*N)),
    "eye": lambda: ops.eye(8, device="cuda"),
    "fill": lambda: ops.fill_scalar(real(*N), 2.0),
    "flip": lambda: ops.flip(real(*N), [0]),
    "full": lambda: ops.full([8, 8], 2.0, device="cuda"),
    "gather": lambda: ops.gather(real(*N), 1, whole(48, 8, 16)),
    "glu": lambda: ops.glu(real(*N), -1),
    "group_norm": lambda: ops.group_norm(real(2, 8, 16), real(8), real(8), 2, 8, 16, 4),
    "index_add": lambda: ops.index_add(real(*N), 0, whole(8, 4), real(4, 48)),
    "index_select": lambda: ops.index_select(real(*N), 0, whole(8, 4)),
    "isin": lambda: ops.isin(whole(9, 4, 4), whole(9, 3)),
    "kron": lambda: ops.kron(real(3, 4), real(2, 5)),
    "layer_norm": lambda: ops.layer_norm(real(*N), (48,), real(48), real(48)),
    "layer_norm_backward": lambda: ops.layer_norm_backward(
        real(*N), real(*N), [48], real(8), positive(8), real(48), real(48), [True, True, True]
    ),
    "lerp": lambda: ops.lerp_tensor(real(*N), real(*N), real(*N)),
    "linspace": lambda: ops.linspace(0.0, 1.0, 50, device="cuda"),
    "masked_fill": lambda: ops.masked_fill(real(*N), flags(*N), 0.0),
    "masked_select": lambda: ops.masked_select(real(*N), flags(*N)),
    "max_pool2d": lambda: ops.max_pool2d_with_indices(real(1, 2, 8, 8), 2),
    "mm": lambda: ops.mm(real(32, 48), real(48, 32)),
    "mse_loss": lambda: ops.mse_loss(real(*N), real(*N)),
    "multinomial": lambda: ops.multinomial(real(4, 16).softmax(-1), 2, True),
    "mv": lambda: ops.mv(real(32, 48), real(48)),
    "nll_loss": lambda: ops.nll_loss_forward(real(8, 16), whole(16, 8)),
    "nonzero": lambda: ops.nonzero(flags(*N)),
    "normal": lambda: ops.normal_tensor_tensor(real(*N), positive(*N)),
    "ones": lambda: ops.ones([8, 8], device="cuda"),
    "outer": lambda: fused.outer(real(8), real(16)),
    "pad": lambda: ops.pad(real(*N), [1, 2]),
    "quantile": lambda: ops.quantile(real(*N), torch.tensor([0.5], device="cuda"), 1),
    "rand": lambda: ops.rand([8, 8], device="cuda"),
    "randn": lambda: ops.randn([8, 8], device="cuda"),
    "randperm": lambda: ops.randperm(20, device="cuda"),
    "repeat": lambda: ops.repeat(real(4, 8), (2, 3)),
    "repeat_interleave": lambda: ops.repeat_interleave_self_int(real(4, 8), 3, 1),
    "rms_norm": lambda: ops.rms_norm(real(*N), (48,), real(48)),
    "scatter": lambda: ops.scatter(real(*N), 1, whole(48, 8, 4), real(8, 4)),
    "select_scatter": lambda: ops.select_scatter(real(*N), real(48), 0, 2),
    "slice_scatter": lambda: ops.slice_scatter(real(*N), real(4, 48), 0, 0, 4, 1),
    "softmax_backward": lambda: ops.softmax_backward(real(*N), real(*N).softmax(-1), -1, torch.float32),
    "sort": lambda: ops.sort(real(4, 32)),
    "stack": lambda: ops.stack([real(4, 8), real(4, 8)]),
    "threshold": lambda: ops.threshold(real(*N), 0.5, 0.0),
    "tile": lambda: ops.tile(real(4, 8), (2, 2)),
    "topk": lambda: ops.topk(real(4, 64), 5),
    "trace": lambda: ops.trace(real(8, 8)),
    "tril": lambda: ops.tril(real(8, 8)),
    "triu": lambda: ops.triu(real(8, 8)),
    "uniform": lambda: ops.uniform_(real(*N)),
    "unique": lambda: ops._unique2(whole(9, 40), sorted=True, return_inverse=True, return_counts=True),
    "upsample": lambda: ops.upsample_nearest2d(real(1, 2, 4, 4), [8, 8]),
    "upsample_bicubic": lambda: ops._upsample_bicubic2d_aa(real(1, 2, 4, 4), [8, 8], False),
    "vdot": lambda: ops.vdot(real(50), real(50)),
    "vstack": lambda: ops.vstack([real(4, 8), real(2, 8)]),
    "weight_norm": lambda: ops.weight_norm_interface(real(8, 16), real(8, 1), 0),
    "where": lambda: ops.where_self(flags(*N), real(*N), real(*N)),
    "zeros": lambda: ops.zeros([8, 8], device="cuda"),
    "cross_entropy": lambda: fused.cross_entropy_loss(real(8, 32), whole(32, 8)),
    "fused_add_rms_norm": lambda: fused.fused_add_rms_norm(real(*N), real(*N), (48,), real(48)),
    "gelu_and_mul": lambda: fused.gelu_and_mul(real(*N), real(*N)),
    "instance_norm": lambda: fused.instance_norm(real(2, 4, 16), real(4), real(4)),
    "rotary": lambda: fused.apply_rotary_pos_emb(real(1, 8, 2, 32), real(1, 8, 2, 32), real(8, 16), real(8, 16)),
    "silu_and_mul": lambda: fused.silu_and_mul(real(*N), real(*N)),
    "skip_layer_norm": lambda: fused.skip_layer_norm(real(*N), real(*N), (48,), real(48), real(48)),
    "topk_softmax": lambda: fused.topk_softmax(
        real(4, 2), whole(2, 4, 2, dtype=torch.int32), whole(2, 4, 2, dtype=torch.int32), real(4, 16)
    ),
    "bincount": lambda: fused.bincount(whole(9, 40)),
    "moe_sum": lambda: fused.moe_sum(real(4, 2, 32), real(4, 32)),
}
CALLS: dict[str, Callable[[], Any]] = {
    **{name: unary(name) for name in (*UNARY, *OF_POSITIVE) if hasattr(ops, name)},
    **{name: binary(name) for name in (*BINARY, *OF_INTEGERS) if hasattr(ops, name)},
    **{f"{name}_of_rows": reduction(name) for name in REDUCTIONS if hasattr(ops, name)},
    **OTHERS,
}

if __name__ == "__main__":
    print(f"flag_gems {flag_gems.__version__}")
    call_all(CALLS)
