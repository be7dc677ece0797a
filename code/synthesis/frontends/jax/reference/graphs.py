"""The graph of a live jaxpr."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from synthesis.frontends.jax.graphs import Constant, Equation, Graph, Shaped, dtype_of


def graph_of(jaxpr: Any) -> Graph:
    """The graph of a live jaxpr, closed or not."""
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
    if hasattr(value, "_fields"):  # a named tuple
        return SimpleNamespace(**{name: _parameter(getattr(value, name)) for name in value._fields})
    if isinstance(value, tuple | list):
        return tuple(map(_parameter, cast(Sequence[Any], value)))
    return value
