"""An evaluator of a graph on several inputs at once, which evaluates each equation once for all runs if possible.

Values that differ between runs are stacked along a first axis. Elementwise primitives and those along axes work the
same with one more axis; others are evaluated run by run. The numbers of each run are the same as if it were evaluated
alone.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from synthesis.frontends.base import Trace
from synthesis.frontends.jax.graphs import Equation, Graph, Shaped
from synthesis.frontends.jax.reference.arms import ELEMENTWISE, arms_taken
from synthesis.frontends.jax.reference.evaluator import Evaluator
from synthesis.frontends.jax.reference.rules import RULES
from synthesis.frontends.jax.reference.rules.table import Array, Dtype, Inputs, Rule
from synthesis.frontends.jax.reference.work import largest_of

_MOST_AT_ONCE = 1 << 22
"""Maximum number of elements of one array, over all runs of a group."""


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """The values of one variable in several runs, stacked along a first axis."""

    data: Array

    @property
    def dtype(self) -> Dtype:
        """The dtype of each value."""
        return self.data.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of each value."""
        return self.data.shape[1:]

    @property
    def ndim(self) -> int:
        """The number of dimensions of each value."""
        return self.data.ndim - 1

    def __getitem__(self, index: int) -> "Stack":
        """Return an element, or a row, of each value."""
        return Stack(self.data[:, index])


Several = Array | Stack
"""A value that is the same in all runs, or a stack."""
Form = Callable[["Together", Sequence[Any], Equation], Sequence[Any] | None]
"""Returns an equation's results for operands of which at least one is a stack; None if runs must be separate."""


def at_once(graph: Graph, several: Sequence[Inputs]) -> list[Sequence[Inputs]]:
    """Return inputs in groups that are so small that the largest array of the graph stays below a limit.

    Stacking large arrays saves no time, because the time depends on their elements and not on the number of calls.
    """
    size = max(1, _MOST_AT_ONCE // largest_of(graph))
    return [several[place : place + size] for place in range(0, len(several), size)]


class Together(Evaluator):
    """An evaluator of graphs on several inputs at once.

    Args:
        double: whether every floating-point number is computed in float64.
        trace: records the graphs that are evaluated and the arms that are taken; None for no record.
        masked: the identities of the products that have arms.
    """

    def __init__(self, *, double: bool, trace: Trace | None = None, masked: frozenset[int] = frozenset()) -> None:
        super().__init__(double=double, trace=trace, masked=masked)
        self.running: Sequence[int] = ()
        """The runs that are being evaluated, one per element of each stack."""
        self._came_to: list[dict[int, None]] = []
        self._arms_taken: list[dict[tuple[int, int], None]] = []
        self._all_taken = set[int]()
        """The identities of the equations of which each run has taken every arm."""

    def runs(self, graph: Graph, several: Sequence[Inputs], *, first: int = 0) -> list[list[Array]]:
        """Return a function's results on several inputs. If some fail, raise the error of the first of these.

        Raises:
            ReferenceUnknownError: for a primitive that is not modelled.
        """
        made = list[list[Array]]()
        for group in at_once(graph, several):
            made += self._group(graph, group, first + len(made))
        return made

    def _group(self, graph: Graph, several: Sequence[Inputs], first: int) -> list[list[Array]]:
        if len(several) < 2:
            return super().runs(graph, several, first=first)
        try:
            made = self.together(graph, several)
        except Exception:  # noqa: BLE001 (any run may be at fault)
            self._came_to, self._arms_taken = [], []
            return super().runs(graph, several, first=first)
        if self._trace is not None:
            for run, graphs in enumerate(self._came_to, first):
                for each in graphs:
                    self._trace.first.setdefault(each, run)
            for run, arms in enumerate(self._arms_taken, first):
                for arm in arms:
                    self._trace.arms.setdefault(arm, run)
        return [[of_run(each, run) for each in made] for run in range(len(several))]

    def together(self, graph: Graph, several: Sequence[Inputs]) -> list[Any]:
        """Return a function's results on several inputs, each an array or a stack."""
        self.running, self._came_to = range(len(several)), [{} for _ in several]
        self._arms_taken, self._all_taken = [{} for _ in several], set[int]()
        with np.errstate(all="ignore"):
            columns = zip(*([self.promoted(each) for each in inputs] for inputs in several), strict=True)
            given: list[Any] = [_alike_or_stacked(column) for column in columns]
            return self.call(graph, given)

    def note(self, graph: Graph) -> None:
        """Record that the runs evaluate a graph."""
        if self._came_to:
            for run in self.running:
                self._came_to[run].setdefault(id(graph))
        else:
            super().note(graph)

    def note_arms(self, equation: Equation, inputs: Sequence[Any]) -> None:
        """Record which arms of an equation each run takes, if it has arms."""
        if not self._arms_taken:
            super().note_arms(equation, inputs)
            return
        place = id(equation)
        if self._trace is None or not self.has_arms(equation) or place in self._all_taken:
            return
        runs, rank = len(self.running), max(each.ndim for each in inputs)
        apart = any(type(each) is Stack for each in inputs)
        if not apart:
            chosen = arms_taken(self, equation, inputs)
        elif equation.primitive in ELEMENTWISE:
            chosen = arms_taken(self, equation, [aligned(Stack(whole(each, runs)), rank) for each in inputs])
        else:
            chosen = arms_taken(self, _scatter_of_stacks(equation), [whole(each, runs) for each in inputs])
        for number, each in enumerate(chosen):
            taken = [bool(part.any()) for part in each] if apart else [bool(each.any())] * runs
            for run in itertools.compress(self.running, taken):
                self._arms_taken[run].setdefault((place, number))
        if all((place, number) in arms for arms in self._arms_taken for number in range(len(chosen))):
            self._all_taken.add(place)

    def stack(self, rows: Sequence[Any]) -> Any:
        """Return the results of a loop's iterations, stacked along a new first axis of each run's value."""
        if not any(type(each) is Stack for each in rows):
            return super().stack(rows)
        return Stack(np.stack([whole(each, len(self.running)) for each in rows], axis=1))

    def apply(self, equation: Equation, inputs: Sequence[Any]) -> list[Any]:
        """Return the results of one equation, each an array or a stack."""
        if not any(type(each) is Stack for each in inputs):
            return super().apply(equation, inputs)
        form = _FORMS.get(RULES.get(equation.primitive))
        made = None if form is None else form(self, inputs, equation)
        if made is None:
            return self._run_by_run(equation, inputs)
        self.note_arms(equation, inputs)
        return list(made)

    def of_all(
        self, equation: Equation, inputs: Inputs, parameters: dict[str, Any], types: tuple[Shaped, ...] | None = None
    ) -> list[Stack] | None:
        """Return the results of an equation's rule on whole stacks; None if they do not have the expected shapes.

        Args:
            equation: the equation.
            inputs: its operands, with the runs as a further first axis.
            parameters: the parameters that are different with this axis.
            types: the types of the results with this axis; None if the rule does not use them.
        """
        merged = {**equation.parameters, **parameters} if parameters else equation.parameters
        given = equation.inputs, equation.outputs
        made = self.ruled(Equation(equation.primitive, merged, *given, types or equation.types), inputs)
        runs = (len(self.running),)
        if any(each.shape != runs + kind.shape for each, kind in zip(made, equation.types, strict=True)):
            return None
        return [Stack(each) for each in made]

    def _run_by_run(self, equation: Equation, inputs: Sequence[Any]) -> list[Any]:
        return self.one_by_one(lambda own: super(Together, self).apply(equation, own), inputs)

    def one_by_one(self, work: Callable[[list[Array]], Sequence[Any]], inputs: Sequence[Any]) -> list[Any]:
        """Return the results of all runs, computed one run at a time.

        Args:
            work: takes the inputs of one run, and returns its results.
            inputs: arrays or stacks.
        """
        if len(self.running) == 1 and not any(type(each) is Stack for each in inputs):
            return list(work(list(inputs)))
        return self.in_groups(
            [[place] for place in range(len(self.running))],
            lambda _, chosen: work([of_run(each, 0) for each in chosen]),
            inputs,
        )

    def in_groups(
        self, groups: Sequence[Sequence[int]], work: Callable[[int, list[Any]], Sequence[Any]], inputs: Sequence[Any]
    ) -> list[Any]:
        """Return the results of all runs, computed in groups of runs.

        Args:
            groups: positions in the stacks, each in one group.
            work: takes the number of a group and its inputs, and returns its results.
            inputs: arrays or stacks.
        """
        everyone, made = self.running, list[Sequence[Any]]()
        try:
            for number, group in enumerate(groups):
                self.running = [everyone[place] for place in group]
                made.append(work(number, [part_of(each, group) for each in inputs]))
        finally:
            self.running = everyone
        where = {place: (number, at) for number, group in enumerate(groups) for at, place in enumerate(group)}
        order = [where[place] for place in range(len(everyone))]
        return [
            Stack(stacked([np.asarray(of_run(made[number][column], at)) for number, at in order]))
            for column in range(len(made[0]))
        ]


def of_run(value: Any, place: int) -> Array:
    """Return one run's value: its entry of a stack, or the value itself if all runs share it."""
    return value.data[place, ...] if type(value) is Stack else value


def part_of(value: Any, places: Sequence[int]) -> Any:
    """Return some runs' values: their entries of a stack, or the value itself if all runs share it."""
    return Stack(value.data[list(places)]) if type(value) is Stack else value


def _alike_or_stacked(arrays: Sequence[Array]) -> Several:
    """Return an array if all runs have the same one, else a stack."""
    first = arrays[0]
    return first if all(each is first for each in arrays) else Stack(stacked(arrays))


def stacked(arrays: Sequence[Array]) -> Array:
    """Return arrays stacked along a new first axis, keeping their memory layout, on which sums depend."""
    first = arrays[0]
    if first.flags.c_contiguous or first.ndim < 2:
        return np.stack(arrays)
    order = sorted(range(first.ndim), key=lambda axis: -abs(first.strides[axis]))
    back = [0, *(1 + order.index(axis) for axis in range(first.ndim))]
    return np.stack([each.transpose(order) for each in arrays]).transpose(back)


def whole(value: Any, runs: int) -> Array:
    """Return the values of all runs, stacked along a first axis."""
    return value.data if type(value) is Stack else np.broadcast_to(value, (runs, *np.shape(value)))


# ---- forms


def _elementwise(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate an elementwise primitive; arrays that all runs share are broadcast."""
    rank = max(each.ndim for each in inputs)
    return together.of_all(equation, [aligned(each, rank) for each in inputs], {})


def aligned(value: Any, rank: int) -> Array:
    """Return an array, or the data of a stack, such that it can be broadcast against stacks of values of a rank."""
    if type(value) is not Stack:
        return value
    data = value.data
    if data.ndim == rank + 1:
        return data
    return data.reshape((len(data), *(1,) * (rank + 1 - data.ndim), *data.shape[1:]))


def _along(*names: str) -> Form:
    """Return a ``Form`` for primitives whose parameters of these names are axes; the axis of the runs precedes them."""

    def form(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
        runs, parameters = len(together.running), equation.parameters
        moved = {name: _one_on(parameters[name]) for name in names}
        return together.of_all(equation, [whole(each, runs) for each in inputs], moved)

    return form


def _one_on(axes: Any) -> Any:
    return tuple(int(axis) + 1 for axis in axes) if np.ndim(axes) else int(axes) + 1


def _all_axes(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    if any(not isinstance(axis, int | np.integer) for axis in equation.parameters["axes"]):
        return None
    return _along("axes")(together, inputs, equation)


def _shaped(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a primitive that keeps the order of elements, so that only the shape of its result changes."""
    parameters, runs = equation.parameters, len(together.running)
    if parameters.get("dimensions") is not None and equation.primitive == "reshape":
        return None
    moved = {"dimensions": _one_on(parameters["dimensions"])} if equation.primitive == "squeeze" else {}
    return together.of_all(equation, [inputs[0].data], moved, _one_axis_more(equation, runs))


def _leading(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a primitive whose rule accepts leading axes, with one more for the runs."""
    runs = len(together.running)
    return together.of_all(equation, [whole(each, runs) for each in inputs], {}, _one_axis_more(equation, runs))


def _broadcast(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    moved = {"broadcast_dimensions": (0, *_one_on(equation.parameters.get("broadcast_dimensions", ())))}
    return together.of_all(equation, [inputs[0].data], moved, _one_axis_more(equation, len(together.running)))


def _one_axis_more(equation: Equation, runs: int) -> tuple[Shaped, ...]:
    return tuple(replace(each, shape=(runs, *each.shape)) for each in equation.types)


def _transposed(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    permutation = (0, *_one_on(equation.parameters["permutation"]))
    return together.of_all(equation, [inputs[0].data], {"permutation": permutation})


def _cut(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    parameters = equation.parameters
    return together.of_all(equation, [inputs[0].data], {
        "start_indices": (0, *parameters["start_indices"]),
        "limit_indices": (len(together.running), *parameters["limit_indices"]),
        "strides": parameters["strides"] and (1, *parameters["strides"]),
    })  # fmt: skip


def _padded(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    x, value = inputs
    if type(value) is Stack or type(x) is not Stack:
        return None
    edges = ((0, 0, 0), *equation.parameters["padding_config"])
    return together.of_all(equation, [x.data, value], {"padding_config": edges})


def _product(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a product with the runs as one more batch axis."""
    runs = len(together.running)
    parameters = {"dimension_numbers": numbers_of_stacks(equation.parameters["dimension_numbers"]), "runs": runs}
    return together.of_all(equation, [whole(each, runs) for each in inputs], parameters)


def numbers_of_stacks(numbers: Any) -> Any:
    """Return the dimension numbers of a product whose operands have the runs as one more batch axis."""
    (left_summed, right_summed), (left_batch, right_batch) = numbers
    return (
        (_one_on(left_summed), _one_on(right_summed)),
        ((0, *_one_on(left_batch)), (0, *_one_on(right_batch))),
    )


def _gathered(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a gather with the runs as one more batch axis."""
    runs, numbers = len(together.running), equation.parameters["dimension_numbers"]
    moved = SimpleNamespace(
        offset_dims=_one_on(numbers.offset_dims),
        collapsed_slice_dims=_one_on(numbers.collapsed_slice_dims),
        start_index_map=_one_on(numbers.start_index_map),
        operand_batching_dims=(0, *_one_on(numbers.operand_batching_dims)),
        start_indices_batching_dims=(0, *_one_on(numbers.start_indices_batching_dims)),
    )
    parameters = {"dimension_numbers": moved, "slice_sizes": (1, *equation.parameters["slice_sizes"])}
    return together.of_all(equation, [whole(each, runs) for each in inputs], parameters)


def _scattered(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a scatter with the runs as one more batch axis."""
    runs = len(together.running)
    return together.of_all(equation, [whole(each, runs) for each in inputs], _scatter_of_stacks(equation).parameters)


def _scatter_of_stacks(equation: Equation) -> Equation:
    """Return a scatter whose operands have the runs as one more batch axis."""
    numbers = equation.parameters["dimension_numbers"]
    moved = SimpleNamespace(
        update_window_dims=_one_on(numbers.update_window_dims),
        inserted_window_dims=_one_on(numbers.inserted_window_dims),
        scatter_dims_to_operand_dims=_one_on(numbers.scatter_dims_to_operand_dims),
        operand_batching_dims=(0, *_one_on(numbers.operand_batching_dims)),
        scatter_indices_batching_dims=(0, *_one_on(numbers.scatter_indices_batching_dims)),
    )
    return replace(equation, parameters={**equation.parameters, "dimension_numbers": moved})


def _dynamic_slice(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    x, *indices = inputs
    if any(type(each) is Stack for each in indices):
        return None
    sizes = (len(together.running), *equation.parameters["slice_sizes"])
    return together.of_all(equation, [x.data, np.int32(0), *indices], {"slice_sizes": sizes})  # pyright: ignore


def _dynamic_update(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    x, update, *indices = inputs
    if any(type(each) is Stack for each in indices):
        return None
    runs = len(together.running)
    given = [whole(x, runs), whole(update, runs), np.int32(0), *indices]
    return together.of_all(equation, given, {})  # pyright: ignore


def _called(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a primitive whose rule only passes on its inputs, or rows of them."""
    made: Any = RULES[equation.primitive](together, inputs, equation.parameters, equation.types)
    return made


def _branched(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
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


def _looped(together: Together, inputs: Sequence[Any], equation: Equation) -> Sequence[Any] | None:
    """Evaluate a loop for all runs together; if some leave it, the others continue without them."""
    if _rank_of_result(equation.parameters["cond_jaxpr"]):
        return None  # a batch whose loops end after different numbers of trips
    return _trips(together, list(inputs), equation, trips=0, tested=False)


def _trips(together: Together, inputs: list[Any], equation: Equation, *, trips: int, tested: bool) -> Sequence[Any]:
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


def _parted(together: Together, inputs: Sequence[Any], equation: Equation, goes_on: Array, trips: int) -> Sequence[Any]:
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
    "broadcast_in_dim": _broadcast, "cond": _branched, "concatenate": _along("dimension"), "dot_general": _product,
    "dynamic_slice": _dynamic_slice, "dynamic_update_slice": _dynamic_update, "gather": _gathered, "pad": _padded,
    "rev": _along("dimensions"), "slice": _cut, "sort": _along("dimension"),
    "transpose": _transposed, "while": _looped,
}  # fmt: skip
_FORMS: dict[Rule | None, Form] = {RULES[name]: form for name, form in _NAMED.items()}
"""The form of each rule. A rule that replaces one of these has no form."""
