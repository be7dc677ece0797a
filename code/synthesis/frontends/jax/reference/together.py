"""An evaluator of a graph on several inputs at once, which evaluates each equation once for all runs if possible.

Values that differ between runs are stacked along a first axis. Elementwise primitives and those along axes work the
same with one more axis; others are evaluated run by run. The numbers of each run are the same as if it were evaluated
alone.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import Trace
from synthesis.frontends.jax.graphs import Equation, Graph, Shaped
from synthesis.frontends.jax.reference.arms import ELEMENTWISE, arms_taken
from synthesis.frontends.jax.reference.evaluator import Evaluator
from synthesis.frontends.jax.reference.forms import FORMS
from synthesis.frontends.jax.reference.rules import RULES
from synthesis.frontends.jax.reference.rules.randoms import is_log_space, same_quantile
from synthesis.frontends.jax.reference.rules.table import Array, Inputs
from synthesis.frontends.jax.reference.stacks import (
    Stack,
    aligned,
    alike_or_stacked,
    of_run,
    part_of,
    scatter_of_stacks,
    stacked,
    whole,
)
from synthesis.frontends.jax.reference.work import largest_of

_HELD = frozenset({"random_gamma", "stop_gradient"})
"""Primitives whose derivative is not that of their values, so that they hold something of the first run of a group."""
_MOST_AT_ONCE = 1 << 22
"""Maximum number of elements of one array, over all runs of a group."""


def at_once(graph: Graph, several: Sequence[Inputs], *, multiple: int = 1) -> list[Sequence[Inputs]]:
    """Return inputs in groups that are so small that the largest array of the graph stays below a limit.

    Stacking large arrays saves no time, because the time depends on their elements and not on the number of calls.

    Args:
        graph: the function.
        several: the inputs of each run.
        multiple: the size of a group is a multiple of this number, also above the limit.
    """
    size = multiple * max(1, _MOST_AT_ONCE // (multiple * largest_of(graph)))
    return [several[place : place + size] for place in range(0, len(several), size)]


class Together(Evaluator):
    """An evaluator of graphs on several inputs at once.

    Args:
        double: whether every floating-point number is computed in float64.
        trace: records the graphs that are evaluated and the arms that are taken; None for no record.
        masked: the identities of the products that have arms.
        group: the number of consecutive runs in which the equations in ``held`` hold what they have in the first one.
        held: the identities of equations of ``stop_gradient`` and ``random_gamma`` that do.
    """

    def __init__(
        self,
        *,
        double: bool,
        trace: Trace | None = None,
        masked: frozenset[int] = frozenset(),
        group: int = 1,
        held: frozenset[int] = frozenset(),
    ) -> None:
        super().__init__(double=double, trace=trace, masked=masked)
        self._size = group
        self._constants = held
        self._held: dict[tuple[int, int, int], Array] = {}
        """The values that equations hold, by equation, run, and number of the evaluation in that run."""
        self._held_in: Counter[tuple[int, int]] = Counter()
        """How often each run has evaluated each of these equations."""
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
        for group in at_once(graph, several, multiple=self._size):
            self._forget()
            made += self._group(graph, group, first + len(made))
        return made

    def _group(self, graph: Graph, several: Sequence[Inputs], first: int) -> list[list[Array]]:
        if len(several) < 2:
            self.running = ()
            return super().runs(graph, several, first=first)
        try:
            made = self.together(graph, several)
        except Exception:  # noqa: BLE001 (any run may be at fault)
            self._came_to, self._arms_taken, self.running = [], [], ()
            self._forget()
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
            given: list[Any] = [alike_or_stacked(column) for column in columns]
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
            chosen = arms_taken(self, scatter_of_stacks(equation), [whole(each, runs) for each in inputs])
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
        if equation.primitive in _HELD and id(equation) in self._constants:
            return self._held_results(equation, inputs)
        if not any(type(each) is Stack for each in inputs):
            return super().apply(equation, inputs)
        form = FORMS.get(RULES.get(equation.primitive))
        made = None if form is None else form(self, inputs, equation)
        if made is None:
            return self.run_by_run(equation, inputs)
        self.note_arms(equation, inputs)
        return list(made)

    def _forget(self) -> None:
        self._held.clear()
        self._held_in.clear()

    def _held_results(self, equation: Equation, inputs: Sequence[Any]) -> list[Any]:
        """Return the results of an equation that holds something of the first run of each group."""
        if any(type(each) is Stack for each in inputs):

            def held_of_one(own: list[Array]) -> list[Array]:
                (run,) = self.running
                return [self._holding(equation, run, own)]

            return self.one_by_one(held_of_one, inputs)
        held = [self._holding(equation, run, inputs) for run in self.running or (self._run,)]
        same = all(each is held[0] or np.array_equal(each, held[0]) for each in held)
        return held[:1] if same else [Stack(stacked(held))]

    def _holding(self, equation: Equation, run: int, inputs: Sequence[Array]) -> Array:
        """Return the result of such an equation in one run.

        It is the value that ``stop_gradient`` has in the first run of a group, or a gamma variate with the probability
        of being smaller that the variate of the first run has. A run has its own result if the first one has none,
        since it takes another path.
        """
        count = self._held_in[id(equation), run]
        self._held_in[id(equation), run] += 1
        first = run - run % self._size
        place = id(equation), first, count
        if run != first and place not in self._held:
            return super().apply(equation, inputs)[0]
        if equation.primitive == "stop_gradient":
            return self._held.setdefault(place, inputs[0])
        (_, shape), (drawn,) = inputs, super().apply(equation, inputs)
        former = self._held.setdefault(place, np.stack([shape, drawn]))
        return same_quantile(shape, former[0], former[1], log_space=is_log_space(equation.parameters))

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

    def run_by_run(self, equation: Equation, inputs: Sequence[Any]) -> list[Any]:
        """Return the results of an equation that has no form for several runs, one run at a time."""
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
