"""Rules of primitives made of several operations, each a graph of simple ones, so that every step is rounded."""

import functools
from typing import Any

import ml_dtypes
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

_SCALED = np.dtype(ml_dtypes.bfloat16)
_Shapes = tuple[tuple[int, ...], ...]


@rule("one_minus_square")
def _one_minus_square(evaluator: Machine, inputs: Inputs, _: Parameters, types: Types) -> Results:
    """Return ``(1 + x) (1 - x)``, accurate near one; after the documentation of ``jax.lax.one_minus_square``."""
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
    """Return a polynomial by Horner's rule, with the lowest degree first; after ``jax.lax.polynomial``."""
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


@rule("scaled_dot")
def _scaled_dot(evaluator: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    """Return the product of two scaled operands; one scale applies to several consecutive elements.

    After the documentation of ``jax.lax.scaled_dot``. Without hardware for this product, JAX scales in bfloat16,
    whatever the operands' dtype is.
    """
    dimensions, shapes = parameters["dimension_numbers"], tuple(tuple(each.shape) for each in inputs)
    return evaluator.call(_scaled_dot_graph(numbers(types[0]), shapes, dimensions, types[0].shape), inputs)


@functools.lru_cache(256)
def _scaled_dot_graph(dtype: Dtype, shapes: _Shapes, dimensions: Any, result: tuple[int, ...]) -> Graph:
    equations = list[Equation]()
    for side, of_operand, of_scale in zip("ab", shapes[:2], shapes[2:], strict=True):
        parted = tuple(part for size in of_scale for part in (size, 1))
        repeats = [size // scales for size, scales in zip(of_operand, of_scale, strict=True)]
        spread = tuple(part for pair in zip(of_scale, repeats, strict=True) for part in pair)
        operand, scale = Shaped(_SCALED, of_operand), Shaped(_SCALED, of_scale)
        new = {"new_dtype": _SCALED}
        axes = {"broadcast_dimensions": tuple(range(len(spread)))}
        equations += [
            Equation("convert_element_type", new, (side,), (f"{side}1",), (operand,)),
            Equation("convert_element_type", new, (f"{side}s",), (f"{side}2",), (scale,)),
            Equation("reshape", {}, (f"{side}2",), (f"{side}3",), (Shaped(_SCALED, parted),)),
            Equation("broadcast_in_dim", axes, (f"{side}3",), (f"{side}4",), (Shaped(_SCALED, spread),)),
            Equation("reshape", {}, (f"{side}4",), (f"{side}5",), (operand,)),
            Equation("mul", {}, (f"{side}1", f"{side}5"), (f"{side}6",), (operand,)),
        ]
    product = {"dimension_numbers": dimensions}
    equations.append(Equation("dot_general", product, ("a6", "b6"), ("c",), (Shaped(dtype, result),)))
    return Graph((), ("a", "b", "as", "bs"), tuple(equations), ("c",))
