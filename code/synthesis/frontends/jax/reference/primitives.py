"""The primitives of JAX by how they round, and the floating-point formats that are perturbed."""

from collections.abc import Sequence
from typing import Any

import ml_dtypes
import numpy as np

from synthesis.frontends.jax.graphs import Equation
from synthesis.frontends.jax.reference.rules.table import Dtype

CALLS = frozenset({
    "closed_call", "cond", "custom_jvp_call", "custom_linear_solve", "custom_vjp_call", "jit", "one_minus_square",
    "pallas_call", "polynomial", "reduce", "reduce_window", "remat2", "scaled_dot", "scan", "shard_map", "while",
})  # fmt: skip
"""Primitives that call functions, whose equations are perturbed individually."""
EXACT = frozenset({
    "abs", "all_gather", "approx_top_k", "broadcast_in_dim", "broadcast_to", "clamp", "complex", "concatenate",
    "conj", "copy", "cummax", "cummin", "device_put", "dynamic_slice", "dynamic_update_slice", "empty", "empty2",
    "gather", "get", "imag", "iota", "max", "min", "name", "neg", "nextafter", "optimization_barrier", "pad", "pmax",
    "pmin", "ppermute", "psum", "psum_invariant", "pvary", "real", "reduce_max", "reduce_min", "reduce_precision",
    "reduce_scatter", "reduce_window_max", "reduce_window_min", "reshape", "rev", "scatter", "scatter-max",
    "scatter-min", "select_n", "sharding_constraint", "slice", "sort", "split", "squeeze", "stack", "stop_gradient",
    "swap", "tile", "top_k", "transpose", "unstack",
})  # fmt: skip
"""Primitives that only select, move or pass on numbers."""
INSIDE = frozenset({
    "cholesky", "conv_general_dilated", "cumsum", "dot_general", "fft", "lu", "reduce_sum", "reduce_window_sum",
    "scatter-add", "scatter-sub", "select_and_scatter_add", "triangular_solve", "tridiagonal_solve",
})  # fmt: skip
"""Primitives inside which large numbers may cancel, so that their operands are also perturbed."""
TURNING = frozenset({
    "eig", "eigh", "geqrf", "hessenberg", "householder_product", "ormqr", "qr", "schur", "svd", "tridiagonal",
})  # fmt: skip
"""Primitives that rotate a matrix at least once per row. Rounding errors are proportional to its largest number."""
FAITHFUL = frozenset({
    "add", "add_any", "convert_element_type", "cumprod", "integer_pow", "mul", "reduce_prod", "rem",
    "scatter-mul", "sqrt", "square", "sub", *INSIDE,
})  # fmt: skip
"""Primitives that return a number of few digits exactly. Others, like ``tanh`` near 1, only approach one.

Quotients are not among them, because XLA multiplies by the reciprocal of a number that divides a whole array, or of a
constant.
"""
COARSE = frozenset({
    "acosh", "asinh", "atanh", "bessel_i0e", "bessel_i1e", "digamma", "erf", "erf_inv", "erfc", "exp2", "expm1",
    "igamma", "igammac", "lgamma", "log1p", "polygamma", "pow", "sinh", "tanh", "zeta",
})  # fmt: skip
"""Primitives that XLA's CPU computes with errors of more than two units in the last place of float32.

For 20,000 numbers from -4 to 4, the largest error was 2.3 (log1p) to 5.1 (sinh) units, with 4.9 for tanh; few numbers
of erfc and erf_inv were off by 10 and 20. For exp, log, sin, cos, sqrt and rsqrt it was at most 1.6. Measured on
2026-11-23 with jax 0.10.2, without optimisation. For as many numbers from 0.1 to 10, on 2026-11-27, polygamma was off
by 4.5 (1) and 7.3 (2), zeta by 3.6, the Bessel functions (-4 to 4) by 5.5, igamma and igammac (2) by 6 and 7; lgamma
and digamma by thousands near their zeros.
"""
CROSSING = frozenset({"digamma", "lgamma"})
"""Primitives that XLA's CPU computes near their zeros by cancellation."""
_COARSE_UNITS = 4
FAR_UNITS = {"igamma": 16, "igamma_grad_a": 16, "igammac": 16}
"""Assumed errors in units in the last place.

For 20,000 pairs of numbers from 0.1 to 10, the largest error was 89, 105 and 222 units, measured on 2026-11-29. For
igammac it was 896 where both are below 1: there it is computed as 1 - igamma, and has the same absolute error.
"""
STEPS = frozenset({"ceil", "floor", "round", "sign"})
"""Primitives that are step functions, so that their floating-point results are decisions."""
BITS: dict[Dtype, tuple[Dtype, int]] = {
    np.dtype(kind): (np.dtype(word), (1 << (digits + 1) // 2) - 1)
    for kind, word, digits in (
        (np.float16, np.int16, 10), (ml_dtypes.bfloat16, np.int16, 7), (np.float32, np.int32, 23),
        (np.float64, np.int64, 52),
    )
}  # fmt: skip
"""The integer type of a format's size, and a mask of the lower half of its fraction bits."""
PARTS = {np.dtype(np.complex64): np.dtype(np.float32), np.dtype(np.complex128): np.dtype(np.float64)}
COMPARISONS = frozenset({"eq", "eq_to", "ge", "gt", "le", "le_to", "lt", "lt_to", "ne"})
EXTREMES = {"argmax": -1.0, "argmin": 1.0}
"""Maps a primitive that selects an element to the factor that makes the selected number the smallest."""


def units_of(primitive: str, dtype: Dtype) -> int:
    """Return the error that XLA's CPU may make in a primitive's results, in units in the last place."""
    if dtype != np.float32:  # 16-bit results are rounded from float32
        return 1
    return FAR_UNITS.get(primitive, _COARSE_UNITS if primitive in COARSE else 1)


def is_rounded(dtype: Dtype | None) -> bool:
    """Return whether numbers of a dtype are perturbed: floating-point and complex ones."""
    return dtype in BITS or dtype in PARTS


def decides(equation: Equation, inputs: Sequence[Any]) -> bool:
    """Return whether an equation makes a decision: a step, a remainder, or integers or truth values from floats."""
    if equation.primitive in STEPS:
        return True
    if equation.primitive == "rem":
        return all(each.dtype in BITS for each in inputs)
    if equation.primitive in CALLS:
        return False
    whole = any(not is_rounded(each.dtype) for each in equation.types)
    return whole and any(is_rounded(each.dtype) for each in inputs)
