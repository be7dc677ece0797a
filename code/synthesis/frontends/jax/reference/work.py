"""Estimates of the cost of evaluating a graph, from its shapes alone, so that they are the same on every machine."""

import math
from collections.abc import Mapping
from typing import Any, cast

from synthesis.frontends.jax.graphs import Constant, Equation, Graph, Grid

_EQUATION = 2000.0
"""The fixed cost of an equation, in elements."""
_PRODUCT = 1 / 8
"""The cost of a multiplication and addition inside a product, in elements."""
_TRIPS = 30
"""Assumed number of iterations of a loop, whose actual number is unknown."""
_Sizes = Mapping[Any, tuple[int, ...]]


def work_of(graph: Graph) -> float:
    """Return the number of elements that a graph's equations read and write; those in loops count once per iteration.

    Args:
        graph: a graph that has the types of its inputs, as do the graphs inside it.
    """
    shapes: dict[Any, tuple[int, ...]] = {
        name: kind.shape for name, kind in zip(graph.inputs, graph.types, strict=False)
    }
    total = 0.0
    for equation in graph.equations:
        shapes.update(zip(equation.outputs, (each.shape for each in equation.types), strict=True))
        total += _EQUATION + _own(equation, shapes) + _inside(equation)
    return total


def largest_of(graph: Graph) -> int:
    """Return the size of the largest array that an equation of a graph or of an inner graph makes; at least 1."""
    made = (math.prod(kind.shape) for equation in graph.equations for kind in equation.types)
    inside = (largest_of(inner) for equation in graph.equations for inner in graphs_in(equation))
    return max([1, *made, *inside])


def _own(equation: Equation, shapes: _Sizes) -> float:
    given = [_shape(each, shapes) for each in equation.inputs]
    made = sum(math.prod(each.shape) for each in equation.types)
    if equation.primitive == "dot_general":
        (summed, _), _ = equation.parameters["dimension_numbers"]
        return made + _PRODUCT * made * math.prod(given[0][int(axis)] for axis in summed)
    if equation.primitive == "conv_general_dilated":  # each result is a sum over all of the kernel but one axis
        return made * (1 + max(given[1], default=1) ** -1 * math.prod(given[1]))
    whole = made + sum(map(math.prod, given))
    if equation.primitive == "sort":  # compares each element as often as its row can be halved
        length = equation.types[0].shape[int(equation.parameters["dimension"])]
        return whole * max(1.0, math.log2(max(1, length)))
    return whole


def _inside(equation: Equation) -> float:
    parameters = equation.parameters
    grid = parameters.get("grid_mapping")
    points = math.prod(grid.sizes) if isinstance(grid, Grid) else 1
    times = {"pallas_call": points, "scan": parameters.get("length", 1), "while": _TRIPS}.get(equation.primitive, 1)
    return times * sum(map(work_of, graphs_in(equation)))


def graphs_in(equation: Equation) -> list[Graph]:
    """Return the graphs that an equation calls or may call."""
    parameters = equation.parameters.values()
    values = (cast("tuple[Any, ...]", each) if isinstance(each, tuple) else (each,) for each in parameters)
    return [each for some in values for each in some if isinstance(each, Graph)]


def _shape(atom: Any, shapes: _Sizes) -> tuple[int, ...]:
    return cast("tuple[int, ...]", atom.value.shape) if isinstance(atom, Constant) else shapes.get(atom, ())
