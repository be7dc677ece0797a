"""The settings of JAX that determine a function's text or behaviour, as recorded in a row's ``options`` column."""

from collections.abc import Mapping
from typing import Any

from synthesis.frontends.options import Allowed, one_of

DEFAULTS: Mapping[str, Any] = {
    "default_matmul_precision": None,
    "default_prng_impl": "threefry2x32",
    "enable_x64": False,
    "numpy_dtype_promotion": "standard",
    "numpy_rank_promotion": "allow",
    "threefry_partitionable": True,
}
"""JAX's own defaults. A drawn function has these, whatever the process that lowers it has set."""

ALLOWED: Mapping[str, Allowed] = {
    "default_matmul_precision": one_of(
        None,
        "bfloat16",
        "tensorfloat32",
        "float32",
        "default",
        "high",
        "highest",
        "ANY_F8_ANY_F8_F32",
        "ANY_F8_ANY_F8_F32_FAST_ACCUM",
        "ANY_F8_ANY_F8_ANY",
        "ANY_F8_ANY_F8_ANY_FAST_ACCUM",
        "F16_F16_F16",
        "F16_F16_F32",
        "BF16_BF16_BF16",
        "BF16_BF16_F32",
        "BF16_BF16_F32_X3",
        "BF16_BF16_F32_X6",
        "BF16_BF16_F32_X9",
        "TF32_TF32_F32",
        "TF32_TF32_F32_X3",
        "F32_F32_F32",
        "F64_F64_F64",
    ),
    "default_prng_impl": one_of("threefry2x32", "threefry4x32", "rbg", "unsafe_rbg", "philox2x32", "philox4x32"),
    "enable_x64": one_of(False, True),
    "numpy_dtype_promotion": one_of("standard", "strict"),
    "numpy_rank_promotion": one_of("allow", "warn", "raise"),
    "threefry_partitionable": one_of(False, True),
}
"""The allowed values of each option of a row."""
