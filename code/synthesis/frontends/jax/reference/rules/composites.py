"""Primitives that are several operations: each is a graph of simple ones, so that rounding is told of every step."""

import functools

import numpy as np

from synthesis.frontends.jax.graphs import Constant, Equation, Graph, Shaped
from synthesis.frontends.jax.reference.rules.table import (
    Dtype,
    Inputs,
    Machine,
    Parameters,
    Results,
    Types,
    numbers,
    rule,
)

_Shapes = tuple[tuple[int, ...], ...]


@rule("one_minus_square")
def _one_minus_square(evaluator: Machine, inputs: Inputs, _: Parameters, types: Types) -> Results:
    """``(1 + x) (1 - x)``, which keeps its digits near one; after the documentation of ``jax.lax.one_minus_square``."""
    return evaluator.call(_one_minus_square_graph(numbers(types[0]), types[0].shape), inputs)


@functools.lru_cache(256)
def _one_minus_square_graph(dtype: Dtype, shape: tuple[int, ...]) -> Graph:
    one, kind = Constant(np.ones((), dtype)), (Shaped(dtype, shape),)
    equations = (
        Equation("add", {}, (one, "x"), ("above",), kind),
        Equation("sub", {}, (one, "x"), ("below",), kind),
        Equation("mul", {}, ("above", "below"), ("result",), kind),
    )
    return Graph((), ("x",), equations, ("result",), types=kind)


@rule("polynomial")
def _polynomial(evaluator: Machine, inputs: Inputs, _: Parameters, types: Types) -> Results:
    """By Horner's rule, coefficients from the lowest degree on; after the documentation of ``jax.lax.polynomial``."""
    shapes = tuple(tuple(each.shape) for each in inputs)
    return evaluator.call(_polynomial_graph(numbers(types[0]), shapes), inputs)


@functools.lru_cache(256)
def _polynomial_graph(dtype: Dtype, shapes: _Shapes) -> Graph:
    of_x, *of_coefficients = shapes
    last = len(of_coefficients) - 1
    total, now = f"a{last}", of_coefficients[-1]
    equations = list[Equation]()
    for degree in reversed(range(last)):
        now = np.broadcast_shapes(now, of_x)
        equations.append(Equation("mul", {}, (total, "x"), (f"m{degree}",), (Shaped(dtype, now),)))
        now = np.broadcast_shapes(now, of_coefficients[degree])
        total = f"s{degree}"
        equations.append(Equation("add", {}, (f"m{degree}", f"a{degree}"), (total,), (Shaped(dtype, now),)))
    names = ("x", *(f"a{degree}" for degree in range(last + 1)))
    return Graph((), names, tuple(equations), (total,), types=tuple(Shaped(dtype, each) for each in shapes))
