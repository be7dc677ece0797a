"""Functions that evaluate a primitive in several runs at once, if at least one operand differs between the runs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np

from synthesis.frontends.jax.graphs import Equation, Graph, Shaped
from synthesis.frontends.jax.reference.rules import RULES
from synthesis.frontends.jax.reference.rules.indexing import changing
from synthesis.frontends.jax.reference.rules.table import Array, Inputs, Machine, Rule
from synthesis.frontends.jax.reference.stacks import (
    Stack,
    aligned,
    numbers_of_stacks,
    one_on,
    scatter_of_stacks,
    whole,
)


class Evaluating(Machine, Protocol):
    """The members of the evaluator of several runs that the functions of this module use."""

    running: Sequence[int]
    """The runs that are being evaluated, one per element of each stack."""

    def call(self, graph: Graph, inputs: Sequence[Any]) -> list[Any]:
        """Return the results of an inner graph, each an array or a stack."""
        ...

    def of_all(
        self, equation: Equation, inputs: Inputs, parameters: dict[str, Any], types: tuple[Shaped, ...] | None = None
    ) -> list[Stack] | None:
        """Return the results of an equation's rule on whole stacks; None if they do not have the expected shapes."""
        ...

    def in_groups(
        self, groups: Sequence[Sequence[int]], work: Callable[[int, list[Any]], Sequence[Any]], inputs: Sequence[Any]
    ) -> list[Any]:
        """Return the results of all runs, computed in groups of runs."""
        ...


Form = Callable[[Evaluating, Sequence[Any], Equation], Sequence[Any] | None]
"""Returns an equation's results for operands of which at least one is a stack; None if runs must be separate."""


def _elementwise(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate an elementwise primitive; arrays that all runs share are broadcast."""
    rank = max(each.ndim for each in inputs)
    return together.of_all(equation, [aligned(each, rank) for each in inputs], {})


def _along(*names: str) -> Form:
    """Return a ``Form`` for primitives whose parameters of these names are axes; the axis of the runs precedes them."""

    def form(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
        runs, parameters = len(together.running), equation.parameters
        moved = {name: one_on(parameters[name]) for name in names}
        return together.of_all(equation, [whole(each, runs) for each in inputs], moved)

    return form


def _all_axes(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    if any(not isinstance(axis, int | np.integer) for axis in equation.parameters["axes"]):
        return None
    return _along("axes")(together, inputs, equation)


def _shaped(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a primitive that keeps the order of elements, so that only the shape of its result changes."""
    parameters, runs = equation.parameters, len(together.running)
    if parameters.get("dimensions") is not None and equation.primitive == "reshape":
        return None
    moved = {"dimensions": one_on(parameters["dimensions"])} if equation.primitive == "squeeze" else {}
    return together.of_all(equation, [inputs[0].data], moved, _one_axis_more(equation, runs))


def _leading(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a primitive whose rule accepts leading axes, with one more for the runs."""
    runs = len(together.running)
    return together.of_all(equation, [whole(each, runs) for each in inputs], {}, _one_axis_more(equation, runs))


def _broadcast(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    moved = {"broadcast_dimensions": (0, *one_on(equation.parameters.get("broadcast_dimensions", ())))}
    return together.of_all(equation, [inputs[0].data], moved, _one_axis_more(equation, len(together.running)))


def _one_axis_more(equation: Equation, runs: int) -> tuple[Shaped, ...]:
    return tuple(replace(each, shape=(runs, *each.shape)) for each in equation.types)


def _transposed(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    permutation = (0, *one_on(equation.parameters["permutation"]))
    return together.of_all(equation, [inputs[0].data], {"permutation": permutation})


def _cut(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    parameters = equation.parameters
    return together.of_all(equation, [inputs[0].data], {
        "start_indices": (0, *parameters["start_indices"]),
        "limit_indices": (len(together.running), *parameters["limit_indices"]),
        "strides": parameters["strides"] and (1, *parameters["strides"]),
    })  # fmt: skip


def _padded(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    x, value = inputs
    if type(value) is Stack or type(x) is not Stack:
        return None
    edges = ((0, 0, 0), *equation.parameters["padding_config"])
    return together.of_all(equation, [x.data, value], {"padding_config": edges})


def _product(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a product with the runs as one more batch axis."""
    runs = len(together.running)
    parameters = {"dimension_numbers": numbers_of_stacks(equation.parameters["dimension_numbers"]), "runs": runs}
    return together.of_all(equation, [whole(each, runs) for each in inputs], parameters)


def _convolved(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a convolution of several runs' images and filters."""
    if any(each.dtype.kind == "c" for each in inputs):
        return None
    runs = len(together.running)
    return together.of_all(equation, [whole(each, runs) for each in inputs], {"runs": runs})


def _gathered(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a gather with the runs as one more batch axis."""
    runs, numbers = len(together.running), equation.parameters["dimension_numbers"]
    moved = SimpleNamespace(
        offset_dims=one_on(numbers.offset_dims),
        collapsed_slice_dims=one_on(numbers.collapsed_slice_dims),
        start_index_map=one_on(numbers.start_index_map),
        operand_batching_dims=(0, *one_on(numbers.operand_batching_dims)),
        start_indices_batching_dims=(0, *one_on(numbers.start_indices_batching_dims)),
    )
    parameters = {"dimension_numbers": moved, "slice_sizes": (1, *equation.parameters["slice_sizes"])}
    return together.of_all(equation, [whole(each, runs) for each in inputs], parameters)


def _scattered(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a scatter with the runs as one more batch axis; apart if it calls a function of the old number."""
    if equation.primitive == "scatter" and changing(equation.parameters) is not None:
        return None
    runs = len(together.running)
    return together.of_all(
        equation, [whole(each, runs) for each in inputs], dict(scatter_of_stacks(equation).parameters)
    )


def _dynamic_slice(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    x, *indices = inputs
    if any(type(each) is Stack for each in indices):
        return None
    sizes = (len(together.running), *equation.parameters["slice_sizes"])
    return together.of_all(equation, [x.data, np.int32(0), *indices], {"slice_sizes": sizes})  # pyright: ignore


def _dynamic_update(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    x, update, *indices = inputs
    if any(type(each) is Stack for each in indices):
        return None
    runs = len(together.running)
    given = [whole(x, runs), whole(update, runs), np.int32(0), *indices]
    return together.of_all(equation, given, {})  # pyright: ignore


def _called(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a primitive whose rule only passes on its inputs, or rows of them."""
    made: Any = RULES[equation.primitive](together, inputs, equation.parameters, equation.types)
    return made


def _branched(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a branch; runs that take the same branch are evaluated together."""
    index, *given = inputs
    branches = equation.parameters["branches"]
    if type(index) is not Stack:
        return _called(together, inputs, equation)
    taken = np.clip(index.data.astype(np.int64), 0, len(branches) - 1).tolist()
    chosen = sorted(set(taken), key=taken.index)
    if len(chosen) == 1:
        return together.call(branches[chosen[0]], given)
    groups = [[place for place, each in enumerate(taken) if each == branch] for branch in chosen]
    return together.in_groups(groups, lambda number, part: together.call(branches[chosen[number]], part), given)


def _looped(together: Evaluating, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a loop for all runs together; if some leave it, the others continue without them."""
    if _rank_of_result(equation.parameters["cond_jaxpr"]):
        return None  # a batch whose loops end after different numbers of trips
    return _trips(together, list(inputs), equation, trips=0, tested=False)


def _trips(together: Evaluating, inputs: list[Any], equation: Equation, *, trips: int, tested: bool) -> Sequence[Any]:
    """Return a loop's results from iteration ``trips`` on; ``tested`` is whether all runs are known to continue."""
    parameters = equation.parameters
    condition_constants, body_constants = int(parameters["cond_nconsts"]), int(parameters["body_nconsts"])
    constants, state = inputs[: condition_constants + body_constants], inputs[condition_constants + body_constants :]
    while True:
        if not tested:
            holds: Any = together.call(parameters["cond_jaxpr"], [*constants[:condition_constants], *state])[0]
            goes_on: Array = np.asarray(holds.data if type(holds) is Stack else holds).astype(bool)
            if not goes_on.any():
                return state
            if not goes_on.all():
                return _parted(together, [*constants, *state], equation, goes_on, trips)
        tested = False
        state, trips = together.call(parameters["body_jaxpr"], [*constants[condition_constants:], *state]), trips + 1
        together.count_trip(trips)


def _parted(
    together: Evaluating, inputs: Sequence[Any], equation: Equation, goes_on: Array, trips: int
) -> Sequence[Any]:
    """Return a loop's results, where only the runs in the mask ``goes_on`` continue after ``trips`` iterations."""
    groups = [np.flatnonzero(goes_on).tolist(), np.flatnonzero(~goes_on).tolist()]
    constants = int(equation.parameters["cond_nconsts"]) + int(equation.parameters["body_nconsts"])

    def left(number: int, part: list[Any]) -> Sequence[Any]:
        return part[constants:] if number else _trips(together, part, equation, trips=trips, tested=True)

    return together.in_groups(groups, left, inputs)


def _rank_of_result(graph: Graph) -> int:
    """Return the rank of a graph's first result; 0 if it is not the result of an equation."""
    types = (zip(each.outputs, each.types, strict=True) for each in graph.equations)
    return next((len(kind.shape) for pairs in types for name, kind in pairs if name == graph.outputs[0]), 0)


_ELEMENTWISE = frozenset({
    "abs", "acos", "acosh", "add", "add_any", "and", "asin", "asinh", "atan", "atan2", "atanh", "bessel_i0e",
    "bessel_i1e", "cbrt", "ceil", "clamp", "conj", "convert_element_type", "copy", "cos", "cosh", "device_put",
    "digamma", "div", "eq", "eq_to", "erf", "erf_inv", "erfc", "exp", "exp2", "expm1", "floor", "ge", "gt", "igamma",
    "igamma_grad_a", "igammac", "imag", "integer_pow", "is_finite", "le", "le_to", "lgamma", "log", "log1p", "log2",
    "logistic", "lt", "lt_to", "max", "min", "mul", "mulhi", "name", "ne", "neg", "nextafter", "not",
    "optimization_barrier", "or", "polygamma", "population_count", "pow", "real", "reduce_precision",
    "regularized_incomplete_beta", "rem", "round", "rsqrt", "select_n", "shift_left", "shift_right_arithmetic",
    "shift_right_logical", "sign", "sin", "sinh", "sqrt", "square", "stop_gradient", "sub", "tan", "tanh", "xor",
    "zeta",
})  # fmt: skip


_NAMED: dict[str, Form] = {
    **dict.fromkeys(_ELEMENTWISE, _elementwise),
    **dict.fromkeys(("argmax", "argmin", "reduce_and", "reduce_max", "reduce_min", "reduce_or", "reduce_prod",
                     "reduce_sum", "reduce_xor"), _all_axes),
    **dict.fromkeys(("cumlogsumexp", "cummax", "cummin", "cumprod", "cumsum", "split", "stack", "top_k", "unstack"),
                    _along("axis")),
    **dict.fromkeys(("reshape", "squeeze"), _shaped),
    **dict.fromkeys(("bitcast_convert_type", "cholesky", "lu", "lu_pivots_to_permutation", "random_bits",
                     "random_fold_in", "random_split", "random_unwrap", "random_wrap", "triangular_solve"), _leading),
    **dict.fromkeys(("scatter", "scatter-add", "scatter-max", "scatter-min", "scatter-mul", "scatter-sub"),
                    _scattered),
    **dict.fromkeys(("closed_call", "custom_jvp_call", "custom_linear_solve", "custom_vjp_call", "jit",
                     "one_minus_square", "polynomial", "remat2", "scaled_dot", "scan"), _called),
    "broadcast_in_dim": _broadcast, "cond": _branched, "concatenate": _along("dimension"),
    "conv_general_dilated": _convolved, "dot_general": _product,
    "dynamic_slice": _dynamic_slice, "dynamic_update_slice": _dynamic_update, "gather": _gathered, "pad": _padded,
    "rev": _along("dimensions"), "slice": _cut, "sort": _along("dimension"),
    "transpose": _transposed, "while": _looped,
}  # fmt: skip


FORMS: dict[Rule | None, Form] = {RULES[name]: form for name, form in _NAMED.items()}
"""The form of each rule. A rule that replaces one of these has no form."""
