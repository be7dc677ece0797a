"""The oracle of one function: its results, and its coverage by some runs."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from synthesis.frontends.base import PerturbedRun, Reached, ReferenceFaultError, ReferenceUnknownError, Trace, Values
from synthesis.frontends.jax.graphs import Constant, Equation, Graph
from synthesis.frontends.jax.reference.arms import Arms, arms_of
from synthesis.frontends.jax.reference.bases import depends_on_bases, open_factors
from synthesis.frontends.jax.reference.decisions import (
    MORE,
    Decision,
    InvertingEvaluator,
    Recording,
    is_open,
    is_unclear,
    most_moved,
    uncertain_elements,
    with_parts,
)
from synthesis.frontends.jax.reference.formats import coarsest_unit
from synthesis.frontends.jax.reference.influence import note_influence
from synthesis.frontends.jax.reference.liveness import held_equations
from synthesis.frontends.jax.reference.perturbation import Directions, PerturbingEvaluator
from synthesis.frontends.jax.reference.roughening import RoughEvaluator
from synthesis.frontends.jax.reference.rule_arms import RuleArms
from synthesis.frontends.jax.reference.together import Together, at_once
from synthesis.frontends.jax.reference.work import work_of

_INNER = {
    "jit": ("jaxpr",), "closed_call": ("call_jaxpr", "jaxpr"), "remat2": ("jaxpr",),
    "custom_jvp_call": ("call_jaxpr",), "custom_vjp_call": ("call_jaxpr",),
    "cond": ("branches",), "while": ("cond_jaxpr", "body_jaxpr"), "scan": ("jaxpr",),
    "pallas_call": ("jaxpr",), "shard_map": ("jaxpr",),
}  # fmt: skip
"""The parameters of a primitive that hold the functions that it calls. Other parameters hold derivative rules, say."""


@dataclass(frozen=True)
class GraphReference:
    """The oracle of a traced function."""

    graph: Graph
    names: tuple[str, ...]
    """The names of its results."""
    moving: tuple[bool, ...] = ()
    """For each of its inputs, whether there is a derivative with respect to it; empty if there are no derivatives."""
    rules: RuleArms | None = None
    """The arms of the function's own derivative rules; None if it has none."""

    @cached_property
    def _known(self) -> dict[int, tuple[Values, list[Decision]]]:
        """Maps the ``id`` of a run to the run and its decisions.

        The run is stored so that no other object can get its ``id``.
        """
        return {}

    @cached_property
    def _held(self) -> frozenset[int]:
        """The identities of equations; those of ``stop_gradient`` and ``random_gamma`` hold something in a group."""
        return held_equations(self.graph)

    @cached_property
    def _arms(self) -> Arms:
        return arms_of(self.graph, self.moving or [False] * len(self.graph.inputs))

    @cached_property
    def _open_factors(self) -> list[str]:
        return open_factors(self.graph)

    def __call__(
        self, runs: Sequence[Values], *, double: bool, trace: Trace | None = None, group: int = 1
    ) -> list[Values]:
        """Return the results on several inputs, by name.

        In a group, ``stop_gradient`` gives what the first run has, and gamma variates keep their quantiles.

        Raises:
            ReferenceUnknownError: for a primitive that is not modelled.
            ReferenceFaultError: for a loop that does not end.
        """
        masked = frozenset[int]() if trace is None else self._arms.products
        held = self._held if group > 1 else frozenset[int]()
        evaluator = Together(double=double, trace=trace, masked=masked, group=group, held=held)
        inputs = [list(run.values()) for run in runs]
        results = evaluator.runs(self.graph, inputs)
        if trace is not None and trace.influence:
            with contextlib.suppress(ReferenceFaultError):  # in float64 only
                note_influence(self.graph, inputs, self._arms.influencing, trace)
            if self.rules is not None:
                self.rules.note(inputs, trace)
        return [dict(zip(self.names, each, strict=True)) for each in results]

    def perturbed(self, runs: Sequence[Values], *, seed: int) -> list[PerturbedRun]:
        """Return results in the function's own precision, with every rounded number perturbed by one unit.

        Raises:
            ReferenceUnknownError: for a primitive that is not modelled.
            ReferenceFaultError: for a loop that does not end.
        """
        inputs, noted = self._noted(runs)
        made = PerturbingEvaluator(Directions(seed)).perturbed(self.graph, inputs, noted)
        moved = [each.moved for each in made]
        unclear = [run for run in range(len(runs)) if is_unclear(noted[run], moved[run])]
        others = PerturbingEvaluator(Directions(seed + 1))
        for _ in range(MORE if unclear else 0):
            again = others.perturbed(self.graph, [inputs[run] for run in unclear], [noted[run] for run in unclear])
            for run, each in zip(unclear, again, strict=True):
                moved[run] = most_moved(moved[run], each.moved)
        coarse = bool(self.unit)
        return [
            PerturbedRun(
                self._named(made[run].results),
                self._inverted(own, uncertain_elements(own, moved[run], few=coarse), moved[run], inputs[run]),
                made[run].unsettled or (not coarse and is_open(own, moved[run])),
            )
            for run, own in enumerate(noted)
        ]

    def perturbed_results(self, runs: Sequence[Values], *, seed: int, opposite: bool = False) -> list[Values]:
        """Return only the perturbed results, without those with uncertain decisions inverted that ``perturbed`` adds.

        Args:
            runs: every argument of each run.
            seed: the seed of the perturbations.
            opposite: whether every perturbation has the opposite sign.

        Raises:
            ReferenceUnknownError: for a primitive that is not modelled.
            ReferenceFaultError: for a loop that does not end.
        """
        evaluator = PerturbingEvaluator(Directions(seed, opposite=opposite))
        return [self._named(each.results) for each in evaluator.perturbed(self.graph, *self._noted(runs))]

    def rough_results(
        self, runs: Sequence[Values], *, seed: int, samples: int, decide: bool = False
    ) -> list[list[Values]]:
        """Return results in float64 with a random error in each number that the function rounds, for several samples.

        The list is empty if they are not known, since the runs take different paths, say.

        Args:
            runs: every argument of each run; they are steps from the first one.
            seed: the seed of the errors.
            samples: the number of samples.
            decide: whether each run decides comparisons by its own numbers, with errors that are three times as large,
                or as the run without errors does.
        """
        evaluator = RoughEvaluator(seed, group=len(runs), held=self._held, coarse=bool(self.unit), decide=decide)
        try:
            found = evaluator.samples(self.graph, [list(run.values()) for run in runs], samples)
        except Exception:  # noqa: BLE001 (an error has changed an index, say)
            return []
        return [[self._named(each) for each in sample] for sample in found]

    def _noted(self, runs: Sequence[Values]) -> tuple[list[list[Any]], list[list[Decision]]]:
        """Return the inputs and the decisions of each run. The decisions of a run are computed once."""
        new = [run for run in runs if id(run) not in self._known]
        several = [list(run.values()) for run in new]
        found = (each for group in at_once(self.graph, several) for each in Recording().noted(self.graph, group))
        self._known.update((id(run), (run, decisions)) for run, decisions in zip(new, found, strict=True))
        return [list(run.values()) for run in runs], [self._known[id(run)][1] for run in runs]

    def others(self, runs: Sequence[Values]) -> list[list[Values]]:
        """Return an empty list: only rounding may change a function's results, and ``perturbed`` covers rounding.

        Raises:
            ReferenceUnknownError: if the results depend on the basis that a factorisation returns, such as on the sign
                of a vector.
            ReferenceFaultError: for a loop that does not end.
        """
        factors = self._open_factors
        if factors and depends_on_bases(self.graph, [list(run.values()) for run in runs]):
            raise ReferenceUnknownError(
                f"vectors of {' and '.join(factors)}, whose signs or bases the implementation decides"
            )
        return []

    def _inverted(
        self, noted: Sequence[Decision], uncertain: Sequence[Any], moved: Sequence[Any], inputs: Sequence[Any]
    ) -> list[Values]:
        """Return results with uncertain decisions inverted: all of them at once, then some of them at a time.

        The list is empty if no decision is uncertain. Evaluations that take another path are left out.
        """
        found = list[Values]()
        for some in with_parts(uncertain):
            evaluator = InvertingEvaluator(noted, some, moved)
            with contextlib.suppress(StopIteration, ValueError, IndexError):
                results = evaluator.results(self.graph, inputs)
                if evaluator.is_done:
                    found.append(self._named(results))
        return found

    def _named(self, results: Sequence[Any]) -> Values:
        return dict(zip(self.names, results, strict=True))

    @property
    def unit(self) -> float:
        """The unit in the last place, at 1, of the coarsest 16-bit type that an equation results in; 0 if none does."""
        return coarsest_unit(self.graph)

    @property
    def is_of_one_thread(self) -> bool:
        """False, since a function has no threads."""
        return False

    @property
    def work(self) -> float:
        """Number of elements that the equations read and write; those in loops count once per iteration."""
        return work_of(self.graph)

    def reached(self, trace: Trace) -> Reached:
        """Return the coverage of equations, including those in branches and loops, and of arms.

        A branch without equations, which returns its inputs, counts as one. A branch that no input can select, such as
        one for another platform, counts only if it is taken.
        """
        places, missed, sloping = 0, list[str](), list[str]()
        for graph, where in _graphs(self.graph, "the function", trace):
            size = max(1, len(graph.equations))
            places += size
            if id(graph) not in trace.first:
                descriptions = [f"{each.primitive} in {where}" for each in graph.equations]
                missed += descriptions or [f"{where}, which is empty"]
                sloping += [where] if id(graph) in self._arms.sloping else []
        arms = self._arms.found
        of_rules = self.rules if trace.influence else None
        untaken, constants = ((), ()) if of_rules is None else of_rules.untaken(trace)
        return Reached(
            places=places,
            missed=tuple(missed),
            arms=len(arms),
            untaken=tuple(arm for place, arm in arms.items() if place not in trace.arms),
            sloping=tuple(sloping),
            ineffective=(
                *(arm.words for place, arm in self._arms.influencing.items() if place not in trace.arms),
                *untaken,
            ),
            desired=constants,
        )


def _graphs(graph: Graph, where: str, trace: Trace) -> Iterator[tuple[Graph, str]]:
    """Yield a graph and the graphs inside it that count for coverage, each with a name for messages."""
    yield graph, where
    fixed = set[Any]()
    for equation in graph.equations:
        if all(isinstance(each, Constant) or each in fixed for each in equation.inputs):
            fixed.update(equation.outputs)
        for inner, name in _inner(equation):
            decided = equation.primitive == "cond" and (
                isinstance(equation.inputs[0], Constant) or equation.inputs[0] in fixed
            )
            if id(inner) in trace.first or not (decided or equation.parameters.get("length") == 0):
                yield from _graphs(inner, name, trace)


def _inner(equation: Equation) -> Iterator[tuple[Graph, str]]:
    """Yield the functions that a primitive calls, each with a name for messages."""
    for parameter in _INNER.get(equation.primitive, ()):
        graph = equation.parameters.get(parameter)
        if isinstance(graph, Graph):
            yield (
                graph,
                f"the {parameter.removesuffix('_jaxpr').removesuffix('jaxpr') or 'body'} of {equation.primitive}",
            )
        elif isinstance(graph, tuple):
            for number, each in enumerate(graph):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
                yield each, f"branch {number} of {equation.primitive}"
