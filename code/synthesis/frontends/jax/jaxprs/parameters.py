"""Conversion of primitives' parameters from their form in a jaxpr's text to the values that the primitives take.

Every word of a text is looked up in closed tables and never evaluated. A text with a word that is not in the tables is
not rebuilt.
"""

import functools
import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, cast

import jax as _jax
import jax.extend.random as _generators
import numpy as np

from synthesis.frontends.jax.graphs import Equation, Shaped, dtype_of

jax: Any = _jax
generators: Any = _generators
lax: Any = jax.lax

_GENERATORS = {"fry": "threefry2x32", "rbg": "rbg", "urbg": "unsafe_rbg"}
"""Maps the generator of a key in a text to its name in ``jax.random.key``."""


_QUOTED = re.compile(r"'(\w+)'")


class NotRebuiltError(Exception):
    """An error for a text that lacks a parameter of a primitive, or contains a word that is not in the tables."""


def parameters_of(equation: Equation, primitives: Mapping[str, Any], *, close: Callable[[Any], Any]) -> dict[str, Any]:
    """Return the parameters with which to bind a primitive.

    Args:
        equation: the parsed equation.
        primitives: the primitives by name, for parameters that name one.
        close: makes a closed jaxpr from a graph without free variables.

    Raises:
        NotRebuiltError: for a parameter that is not in the tables.
    """
    made = _unprinted(equation)
    for name, printed in equation.parameters.items():
        made[name] = _value(equation.primitive, name, printed, primitives, close)
    return made


def key_type(generator: str) -> Any:
    """Return the scalar type of a generator's keys.

    Raises:
        NotRebuiltError: for a generator that is not JAX's own.
    """
    if generator not in _GENERATORS:
        raise NotRebuiltError(f"keys of {generator!r}")
    return _key_type(_GENERATORS[generator])


@functools.cache
def _key_type(name: str) -> Any:
    return jax.eval_shape(lambda: jax.random.key(0, impl=name)).dtype


# ---- parameters that texts leave out, because they have one value or follow from the types

_WITH_ACCURACY = frozenset({
    "cbrt", "cos", "exp", "exp2", "expm1", "log", "log1p", "log2", "logistic", "rsqrt", "sin", "sqrt", "tan",
    "tanh",
})  # fmt: skip


def _unprinted(equation: Equation) -> dict[str, Any]:
    match equation.primitive:
        case "broadcast_in_dim":
            return {"shape": _only(equation).shape, "broadcast_dimensions": (), "sharding": None}
        case "dot_general":
            return {"precision": None, "preferred_element_type": None, "out_sharding": None}
        case "convert_element_type":
            return {"sharding": None}
        case "mul":
            return {"out_dtype": None}
        case "SearchSorted":
            return {"out_dtype": _only(equation).dtype}
        case name:
            return {"accuracy": None} if name in _WITH_ACCURACY else {}


def _only(equation: Equation) -> Shaped:
    if len(equation.types) != 1:
        raise NotRebuiltError(f"{equation.primitive} with {len(equation.types)} results")
    return equation.types[0]


# ---- parameters that texts print

_PLAIN = frozenset({
    "aggregate_to_topk", "alpha", "axes", "axis", "axis_index_groups", "base_dilation", "batch_dims",
    "batch_group_count", "beta", "bit_width", "body_nconsts", "broadcast_dimensions", "compute_left_eigenvectors",
    "compute_right_eigenvectors", "compute_schur_vectors", "compute_uv", "cond_nconsts", "conjugate_a", "consts",
    "dimension", "dimensions", "enable_eigvec_derivs", "exponent_bits", "feature_group_count", "fft_lengths",
    "fill_value", "full_matrices", "indices_are_sorted", "is_max_k", "is_stable", "k", "left", "left_side", "length",
    "lhs_dilation", "limit_indices", "log_space", "lower", "mantissa_bits", "new_sizes", "num_carry", "num_consts",
    "num_keys", "padding", "padding_config", "permutation", "permutation_size", "perturb_singular", "pivoting",
    "recall_target", "reduction_dimension", "reduction_input_size_override", "reps", "reverse", "rhs_dilation",
    "shape", "size", "sizes", "slice_sizes", "sort_eig_vals", "sort_eigenvalues", "start_indices", "strides",
    "symmetrize_input", "transpose", "transpose_a", "unique_indices", "unit_diagonal", "unroll", "update_consts",
    "weak_type", "window_dilation", "window_dimensions", "window_strides", "y",
})  # fmt: skip
"""Parameters that are numbers, truth values and tuples of them, used as printed."""
_ABSENT = frozenset({
    "group_offset", "implementation", "out_sharding", "policy", "select_callable", "sharding",
    "subset_by_index", "use_magma",
})  # fmt: skip
"""Parameters that are rebuilt only if they are None."""
_DTYPES = frozenset({"dtype", "index_dtype", "input_dtype", "new_dtype", "out_dtype", "preferred_element_type"})
_CHOICES: Mapping[str, frozenset[str]] = {
    "side": frozenset({"left", "right"}),
    "method": frozenset({"compare_all", "scan", "scan_unrolled", "sort"}),
}
"""Parameters that are one of these words, used as printed."""
_GRAPHS = frozenset({"branches", "body_jaxpr", "cond_jaxpr", "jaxpr"})
_UNUSED = frozenset({"computation", "jvp", "bwd", "fwd"})
"""Parameters that name Python functions, whose computation the text also has as a graph."""
_PLATFORMS = frozenset({"branches_platforms", "platforms"})
_MEMBERS: Mapping[str, Any] = {
    "accuracy": lax.AccuracyMode,
    "mode": lax.GatherScatterMode,
    "precision": lax.Precision,
    "rounding_method": lax.RoundingMethod,
    "fft_type": lax.FftType,
    "algorithm": lax.linalg.SvdAlgorithm,
    "memory_space": jax.memory.Space,
}
"""Parameters that are members of enumerations. A text prints a member, with or without its class, or its number."""
_DIMENSIONS: Mapping[str, Any] = {
    "gather": lax.GatherDimensionNumbers,
    "conv_general_dilated": lax.ConvDimensionNumbers,
    "ragged_dot_general": lax.RaggedDotDimensionNumbers,
    **dict.fromkeys(
        ("scatter", "scatter-add", "scatter-sub", "scatter-mul", "scatter-min", "scatter-max"),
        lax.ScatterDimensionNumbers,
    ),
}


def _value(primitive: str, name: str, printed: Any, primitives: Mapping[str, Any], close: Callable[[Any], Any]) -> Any:
    items = _items(printed)
    if name in _GRAPHS:
        return tuple(close(each) for each in items) if items is not None else close(printed)
    if name in _PLAIN and _is_plain(printed):
        return printed
    if name in _DTYPES:
        return _dtype(printed)
    if printed in _CHOICES.get(name, ()):
        return printed
    if (name in _ABSENT and printed is None) or (name in _MEMBERS and printed is None):
        return None
    if name in _UNUSED and isinstance(printed, str):
        return None
    if name in _MEMBERS:
        return tuple(_member(name, each) for each in items) if items is not None else _member(name, printed)
    if name in ("dimension_numbers", "ragged_dot_dimension_numbers"):
        return _dimensions(primitive, printed)
    if name in _PLATFORMS and items is not None:
        return tuple(_platforms(each) for each in items)
    if name == "name" and isinstance(printed, str):
        return printed
    if name == "impl" and printed in _GENERATORS:
        return getattr(generators, f"{_GENERATORS[printed].removesuffix('2x32')}_prng_impl")
    if name == "select_prim" and printed in ("ge", "le"):
        return primitives[printed]
    raise NotRebuiltError(f"{primitive} with {name}={str(printed)[:60]}")


def _items(printed: Any) -> tuple[Any, ...] | None:
    return cast(tuple[Any, ...], printed) if isinstance(printed, tuple) else None


def _platforms(printed: Any) -> tuple[str, ...] | None:
    """Return the names of a branch's platforms; None for the branch for all other platforms."""
    if printed is None:
        return None
    names = [_QUOTED.fullmatch(each) if isinstance(each, str) else None for each in printed]
    if None in names:
        raise NotRebuiltError(f"platforms {str(printed)[:60]}")
    return tuple(name[1] for name in names if name is not None)


def _is_plain(value: Any) -> bool:
    items = _items(value)
    if items is not None:
        return all(_is_plain(each) for each in items)
    return value is None or isinstance(value, bool | int | float)


def _dtype(printed: Any) -> np.dtype[Any] | None:
    if printed is None:
        return None
    try:
        return dtype_of(printed)
    except TypeError:
        raise NotRebuiltError(f"a type {str(printed)[:60]}") from None


def _member(name: str, printed: Any) -> Any:
    kinds = _MEMBERS[name]
    members = kinds.__members__
    word = str(printed).rpartition(".")[2]
    for member in members.values():
        if word == member.name or (isinstance(printed, int) and getattr(member, "value", None) == printed):
            return member
    raise NotRebuiltError(f"{name}={str(printed)[:60]}")


def _dimensions(primitive: str, printed: Any) -> Any:
    if _items(printed) is not None and _is_plain(printed):
        return printed
    kind = _DIMENSIONS.get(primitive)
    if kind is None or not isinstance(printed, SimpleNamespace):
        raise NotRebuiltError(f"{primitive} with dimension_numbers={str(printed)[:60]}")
    given: dict[str, Any] = dict(vars(printed))
    if not all(_is_plain(each) for each in given.values()):
        raise NotRebuiltError(f"{primitive} with other dimension numbers")
    if "mode" in given:
        raise NotRebuiltError(f"{primitive} with a mode")
    return kind(**given)
