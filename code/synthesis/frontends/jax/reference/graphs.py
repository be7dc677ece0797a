"""A jaxpr as data: what tracing gives and what the printed text says, in one form."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import ml_dtypes
import numpy as np

_ABBREVIATIONS = {
    "bool": "bool", "f16": "float16", "f32": "float32", "f64": "float64", "bf16": "bfloat16", "c64": "complex64",
    "c128": "complex128", **{f"{sign}{bits}": f"{'u' if sign == 'u' else ''}int{bits}" for sign in "iu"
                             for bits in (2, 4, 8, 16, 32, 64)},
}  # fmt: skip


def dtype_of(name: Any) -> np.dtype[Any] | None:
    """The NumPy dtype of a name, JAX's abbreviations included; None for a random key's."""
    return _dtype_of(str(name))


@functools.cache
def _dtype_of(name: str) -> np.dtype[Any] | None:
    text = _ABBREVIATIONS.get(name, name)
    if "float0" in text:  # the tangent of a whole number, of which there is nothing to know
        text = "bool"
    if text.startswith("key<"):
        return None
    if hasattr(ml_dtypes, text):
        return np.dtype(getattr(ml_dtypes, text))
    return np.dtype(text)


@dataclass(frozen=True, slots=True)
class Shaped:
    """The type of a value."""

    dtype: np.dtype[Any] | None
    """None for a random key."""
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """A number in the text."""

    value: Any


@dataclass(frozen=True, slots=True)
class Equation:
    """One primitive applied to atoms: names of values, or constants."""

    primitive: str
    parameters: Mapping[str, Any]
    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]
    types: tuple[Shaped, ...]
    """Of the outputs."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A function of primitives. Names are any hashable."""

    constants: tuple[Any, ...]
    """Names of captured arrays."""
    inputs: tuple[Any, ...]
    equations: tuple[Equation, ...]
    outputs: tuple[Any, ...]
    values: tuple[Any, ...] = ()
    """What the captured arrays are; a text does not say."""


def graph_of(jaxpr: Any) -> Graph:
    """The graph of a live jaxpr, closed or not."""
    values = tuple(getattr(jaxpr, "consts", ()))
    inner = getattr(jaxpr, "jaxpr", jaxpr)
    return Graph(
        constants=tuple(inner.constvars),
        inputs=tuple(inner.invars),
        equations=tuple(_equation(each) for each in inner.eqns),
        outputs=tuple(_atom(each) for each in inner.outvars),
        values=tuple(np.asarray(value) for value in values),
    )


def _equation(equation: Any) -> Equation:
    return Equation(
        primitive=equation.primitive.name,
        parameters={name: _parameter(value) for name, value in equation.params.items()},
        inputs=tuple(_atom(each) for each in equation.invars),
        outputs=tuple(equation.outvars),
        types=tuple(_type(each.aval) for each in equation.outvars),
    )


def _type(aval: Any) -> Shaped:
    return Shaped(dtype_of(aval.dtype), tuple(aval.shape))


def _atom(atom: Any) -> Any:
    return Constant(np.asarray(atom.val, dtype=dtype_of(atom.aval.dtype))) if hasattr(atom, "val") else atom


def _parameter(value: Any) -> Any:
    if hasattr(value, "eqns") or (hasattr(value, "jaxpr") and hasattr(value, "consts")):
        return graph_of(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return SimpleNamespace(**{name: _parameter(getattr(value, name)) for name in value._fields})  # pyright: ignore
    if isinstance(value, tuple | list):
        return tuple(_parameter(each) for each in value)  # pyright: ignore
    return value


def primitives_of(graph: Graph) -> set[str]:
    """The primitives of a graph and of those inside it."""
    found: set[str] = set()
    pending: list[Any] = [graph]
    while pending:
        each = pending.pop()
        if isinstance(each, Graph):
            found |= {equation.primitive for equation in each.equations}
            pending += [value for equation in each.equations for value in equation.parameters.values()]
        elif isinstance(each, SimpleNamespace):
            pending += vars(each).values()
        elif isinstance(each, Sequence) and not isinstance(each, str):
            pending += each
    return found
