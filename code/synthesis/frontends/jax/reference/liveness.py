"""The equations of a function on whose results a derivative of its results may depend."""

from collections.abc import Iterator, Mapping, Sequence

from synthesis.core.formats import is_exact
from synthesis.frontends.jax.graphs import Constant, Equation, Graph, Shaped
from synthesis.frontends.jax.reference.work import graphs_in

CALLS: Mapping[str, str] = {
    "jit": "jaxpr", "closed_call": "call_jaxpr", "remat2": "jaxpr", "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
}  # fmt: skip
"""Maps a primitive that calls a function once to the parameter that holds the function."""
OWN_RULES = ("custom_jvp_call", "custom_vjp_call")
"""Primitives that call a function with derivative rules of its own."""
WITHOUT_DERIVATIVE = frozenset({
    "argmax", "argmin", "ceil", "floor", "is_finite", "nextafter", "round", "sign", "stop_gradient",
})  # fmt: skip
"""Primitives that have no derivative."""


def live_equations(graph: Graph) -> frozenset[int]:
    """Return the identities of the equations that the results depend on through differentiable operations.

    This includes equations of the functions that the function calls. What follows from equations only through integers,
    through a primitive without a derivative, or not at all, does not count.
    """
    found = set[int]()
    _needed_inputs(graph, [True] * len(graph.outputs), found)
    return frozenset(found)


def held_equations(graph: Graph) -> frozenset[int]:
    """Return the identities of the equations that a derivative depends on, if it is that of the function's values.

    Those of ``stop_gradient`` are constants for the derivative, and variates of ``random_gamma`` keep their quantiles.
    Others are inside functions with derivative rules of their own, or in a solver of a linear system, as that of
    ``jnp.linalg.solve``. The derivative of the system does not depend on how it is solved.
    """
    inside = {id(each) for each in _equations(graph, within=False)}
    return live_equations(graph) - inside


def _equations(graph: Graph, *, within: bool) -> Iterator[Equation]:
    """Yield the equations inside functions with derivative rules of their own; all of a graph if it is one of these."""
    for equation in graph.equations:
        if within:
            yield equation
        for inner in graphs_in(equation):
            yield from _equations(inner, within=within or equation.primitive in OWN_RULES)


def called_graph(equation: Equation) -> Graph:
    """Return the function that an equation of a primitive in ``CALLS`` calls."""
    found: Graph = equation.parameters.get(CALLS[equation.primitive]) or equation.parameters["jaxpr"]
    return found


def _needed_inputs(graph: Graph, needed: Sequence[bool], found: set[int]) -> list[bool]:
    """Return which inputs of a function the needed results depend on, and add the equations between to ``found``."""
    live = {atom for atom, is_needed in zip(graph.outputs, needed, strict=True)
            if is_needed and not isinstance(atom, Constant)}  # fmt: skip
    for equation in reversed(graph.equations):
        results = [name in live and _is_inexact(kind)
                   for name, kind in zip(equation.outputs, equation.types, strict=True)]  # fmt: skip
        if not any(results):
            continue
        found.add(id(equation))
        operands = _needed_operands(equation, results, found)
        live |= {atom for atom, is_needed in zip(equation.inputs, operands, strict=True)
                 if is_needed and not isinstance(atom, Constant)}  # fmt: skip
    return [name in live for name in graph.inputs]


def _needed_operands(equation: Equation, results: Sequence[bool], found: set[int]) -> list[bool]:
    """Return which operands of an equation its needed results depend on."""
    parameters, primitive = equation.parameters, equation.primitive
    if primitive in CALLS:
        return _needed_inputs(called_graph(equation), results, found)
    if primitive == "cond":
        ways = [_needed_inputs(each, results, found) for each in parameters["branches"]]
        return [False, *(any(column) for column in zip(*ways, strict=True))]
    if primitive == "while":
        constants, fixed = int(parameters["cond_nconsts"]), int(parameters["body_nconsts"])
        body = _needed_by_any_iteration(parameters["body_jaxpr"], fixed, results, (), found)
        return [*(False for _ in range(constants)), *body]
    if primitive == "scan":
        fixed, carried = int(parameters["num_consts"]), int(parameters["num_carry"])
        return _needed_by_any_iteration(parameters["jaxpr"], fixed, results[:carried], results[carried:], found)
    if primitive == "custom_linear_solve":
        lengths = parameters["const_lengths"]
        count = int(lengths.matvec)
        unneeded = int(lengths.vecmat) + int(lengths.solve) + int(lengths.transpose_solve)
        rest = len(equation.inputs) - count - unneeded
        return [*[True] * count, *[False] * unneeded, *[True] * rest]
    return [primitive not in WITHOUT_DERIVATIVE] * len(equation.inputs)


def _needed_by_any_iteration(
    body: Graph, fixed: int, carry: Sequence[bool], columns: Sequence[bool], found: set[int]
) -> list[bool]:
    """Return which inputs of a loop's body any of its iterations needs."""
    now = list(carry)
    while True:
        inputs = _needed_inputs(body, [*now, *columns], found)
        earlier = inputs[fixed : fixed + len(now)]
        before = [late or early for late, early in zip(now, earlier, strict=True)]
        if before == now:
            return [*inputs[:fixed], *now, *inputs[fixed + len(now) :]]
        now = before


def _is_inexact(kind: Shaped) -> bool:
    return kind.dtype is not None and not is_exact(kind.dtype)
