"""Conversion of a live jaxpr to a graph.

A primitive of another library is replaced by a call of its implementation (``Primitive.def_impl``) if that can be
traced. A JAX primitive that is an object (``Nonzero``) is replaced by a call of its expansion to simpler primitives.
"""

import functools
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import jax as _jax
import numpy as np
import numpy.typing as npt

from synthesis.frontends.jax.graphs import (
    Block,
    Constant,
    Equation,
    Graph,
    Grid,
    Part,
    Shaped,
    Span,
    dtype_of,
)
from synthesis.frontends.jax.reference.liveness import OWN_RULES
from synthesis.frontends.jax.reference.rules.randoms import IN_PAIRS
from synthesis.frontends.jax.releases import equation_of, expansion_of

jax: Any = _jax
COUNTED = ("random_bits", "random_split", "random_gamma")
"""Primitives that depend on ``jax_threefry_partitionable``, which their equations do not contain."""


def graph_of(jaxpr: Any) -> Graph:
    """Return the graph of a live jaxpr, closed or not."""
    inner = getattr(jaxpr, "jaxpr", jaxpr)
    return Graph(
        constants=tuple(inner.constvars),
        inputs=tuple(inner.invars),
        equations=tuple(_equation(each) for each in inner.eqns),
        outputs=tuple(_atom(each) for each in inner.outvars),
        values=tuple(_array(value) for value in getattr(jaxpr, "consts", ())),
        types=tuple(_type(each.aval) for each in inner.invars),
    )


def _array(value: npt.ArrayLike) -> npt.NDArray[Any]:
    return np.asarray(value)


def _equation(equation: Any) -> Equation:
    inside = expansion_of(equation) or _of_a_library(equation)
    if inside is not None:
        return Equation(
            primitive="closed_call",
            parameters={"call_jaxpr": graph_of(inside)},
            inputs=tuple(_atom(each) for each in equation.invars),
            outputs=tuple(equation.outvars),
            types=tuple(_type(each.aval) for each in equation.outvars),
        )
    primitive, parameters = equation_of(equation.primitive.name, equation.params)
    if primitive in COUNTED and not jax.config.jax_threefry_partitionable:
        parameters = {**parameters, IN_PAIRS: True}
    if primitive in OWN_RULES:
        parameters = {**parameters, "name": _function_name(parameters["call_jaxpr"])}
    return Equation(
        primitive=primitive,
        parameters={name: _parameter(value) for name, value in parameters.items()},
        inputs=tuple(_atom(each) for each in equation.invars),
        outputs=tuple(equation.outvars),
        types=tuple(_type(each.aval) for each in equation.outvars),
    )


def _function_name(jaxpr: Any) -> str:
    """Return the name of the Python function that a closed jaxpr was traced from; empty if it is not known."""
    found = getattr(getattr(jaxpr.jaxpr, "debug_info", None), "func_name", "")
    return found if isinstance(found, str) else ""


def _of_a_library(equation: Any) -> Any:
    """Return the closed jaxpr of a library primitive's implementation; None for JAX's own and untraceable ones."""
    does = equation.primitive.impl
    while isinstance(does, functools.partial):
        does = does.func
    if (getattr(does, "__module__", None) or "jax").partition(".")[0] in ("jax", "jaxlib"):
        return None

    def run(*given: Any) -> Any:
        return equation.primitive.impl(*given, **equation.params)

    try:
        made = jax.make_jaxpr(run)(
            *(jax.ShapeDtypeStruct(each.aval.shape, each.aval.dtype) for each in equation.invars)
        )
    except Exception:  # noqa: BLE001 (the library's own code)
        return None
    alike = [_type(each) for each in made.out_avals] == [_type(each.aval) for each in equation.outvars]
    return made if alike else None


def _type(aval: Any) -> Shaped:
    name = str(aval.dtype)
    generator = name[len("key<") : -1] if name.startswith("key<") else ""
    return Shaped(dtype_of(aval.dtype), tuple(aval.shape), generator)


def _atom(atom: Any) -> Any:
    return Constant(np.asarray(atom.val, dtype=dtype_of(atom.aval.dtype))) if hasattr(atom, "val") else atom


def _parameter(value: Any) -> Any:
    if hasattr(value, "eqns") or (hasattr(value, "jaxpr") and hasattr(value, "consts")):
        return graph_of(value)
    if hasattr(value, "num_leaves"):
        return _part(value)
    if hasattr(value, "block_mappings"):
        return _grid(value)
    if hasattr(value, "_fields"):  # a named tuple
        return SimpleNamespace(**{name: _parameter(getattr(value, name)) for name in value._fields})
    if isinstance(value, tuple | list):
        return tuple(map(_parameter, cast(Sequence[Any], value)))
    return value


class _Leaf:
    """An operand in a tree of indices."""

    def __init__(self, number: int) -> None:
        self.number = number


def _part(tree: Any) -> Part | None:
    """Return the part of a reference that a tree of indices selects; None for other trees and other kinds of parts."""
    try:
        found: Any = tree.unflatten([_Leaf(number) for number in range(tree.num_leaves)])
    except Exception:  # noqa: BLE001 (a class of a library's may be anything)
        return None
    if not isinstance(found, tuple):
        return None
    found = cast(tuple[Any, ...], found)
    if not found:
        return ()
    if len(found) != 1 or not hasattr(found[0], "int_indexer_shape"):
        return None
    return tuple(map(_span, found[0].indices))


def _span(given: Any) -> Span:
    if isinstance(given, _Leaf):
        return Span(leaf=given.number, is_index=True)
    if not hasattr(given, "stride"):
        return Span(start=int(given), is_index=True)
    size, stride = int(given.size), int(given.stride)
    if isinstance(given.start, _Leaf):
        return Span(leaf=given.start.number, size=size, stride=stride)
    return Span(start=int(given.start), size=size, stride=stride)


def _grid(mapping: Any) -> Grid | None:
    """Return the grid of a Pallas kernel; None if its size is not static, or if its blocks are of another kind."""
    blocks = [_block(each) for each in mapping.block_mappings]
    settled = not mapping.num_dynamic_grid_bounds and not mapping.vmapped_dims
    if None in blocks or not settled:
        return None
    return Grid(
        sizes=tuple(map(int, mapping.grid)),
        blocks=tuple(each for each in blocks if each is not None),
        prefetched=int(mapping.num_index_operands),
        scratch=tuple(map(_type, mapping.scratch_avals)),
    )


def _block(mapping: Any) -> Block | None:
    kinds = {type(each).__name__ for each in mapping.block_shape}
    if mapping.transforms or not kinds <= {"Blocked", "Squeezed", "int"}:
        return None
    sizes = (
        None if type(each).__name__ == "Squeezed" else int(getattr(each, "block_size", each))
        for each in mapping.block_shape
    )
    return Block(sizes=tuple(sizes), index_map=graph_of(mapping.index_map_jaxpr))
