"""The graph of a live jaxpr."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from synthesis.frontends.jax.graphs import Constant, Equation, Graph, Shaped, dtype_of


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
