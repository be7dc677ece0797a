"""Chooses the inputs (draws) on which a plan runs a kernel's texts.

It also computes the reference's results on the draws, and the effect of rounding on these results.
"""

import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from synthesis.core.errors import Symptom
from synthesis.core.formats import is_exact
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role
from synthesis.frontends.base import Kernel, PerturbedRun, Prover, Reference, Trace, UndefinedResultError, Values
from synthesis.verification.aimed import AimedDraw, find_aimed_draws
from synthesis.verification.boundaries import find_compared_draws, find_edge_draws, find_turning_draws
from synthesis.verification.coverage import Coverage, coverage_of
from synthesis.verification.infinities import expected_of
from synthesis.verification.inputs import DRAWS, count_numbers, standard_runs
from synthesis.verification.missing_numbers import find_draws_with_missing
from synthesis.verification.plan import Problem
from synthesis.verification.rounding import exceeds_rounding_cap, has_few_elements, has_rounding_noise, with_max_shifts
from synthesis.verification.tolerances import CAP, Expected, expect, poison_for
from synthesis.verification.usefulness import redraws, shortcoming

logger = logging.getLogger(__name__)
_INDEX_SEEDS = 8
"""Number of further seeds on whose draws a kernel with arrays of integers must not be at fault."""
_MOST_INDEXED = 1 << 14
"""Maximum number of elements of all arguments of a kernel for which further seeds are tried."""
_MORE_PERTURBATIONS = 3
"""Number of additional rounding measurements for draws where some elements may consist of rounding error only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Draws, and the reference's results on them."""

    runs: Sequence[Values]
    double: Sequence[Values]
    own: Sequence[Values]
    expected: Expected
    coverage: Coverage
    trace: Trace
    """The statements and branches that the draws execute in the kernel's own precision."""
    redrawn: Mapping[str, Values]
    """Maps an argument to the kernel's results in float64 with that argument drawn again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Chooses the draws of one kernel."""

    reference: Reference
    spec: KernelSpec
    useful: bool
    """Whether the kernel must pass the checks of ``usefulness``, as a drawn kernel must."""
    seed: int
    """Seed of the draws."""
    draws: int
    """The number of standard draws."""

    def standard(self) -> tuple[Drawn, Problem | None]:
        """Return the draws that every kernel is run on, and the reason why the kernel fails on them.

        The reason is None if the kernel does not fail.
        """
        runs = standard_runs(self.spec.signature, seed=self.seed, draws=DRAWS[-self.draws :])
        inputs = [each.name for each in self.spec.signature.arguments if each.role is not Role.OUTPUT]
        changed = redraws(self.spec.signature, runs[0], inputs, 1, seed=self.seed) if self.useful else {}
        results = self.reference([*runs, *changed.values()], double=True)
        double, redrawn = results[: len(runs)], dict(zip(changed, results[len(runs) :], strict=True))
        trace = Trace()
        own = self.reference(runs, double=False, trace=trace)
        coverage = coverage_of(self.spec.signature, runs, own, self.reference.reached(trace))
        expected = self._expected(runs, double, own)
        expected = replace(expected, ill_conditioned=self._ill_conditioned(expected, runs, double))
        drawn = Drawn(
            runs=runs, double=double, own=own, expected=expected, coverage=coverage, trace=trace, redrawn=redrawn
        )
        return drawn, self._problem(drawn)

    def _ill_conditioned(self, expected: Expected, runs: Sequence[Values], double: Sequence[Values]) -> str | None:
        """Return why results are not defined well enough to compare a text with; None if they are.

        Reasons are too large a difference between the two precisions, in either order of queries, and integers that
        depend on the order in which an object keeps its items, such as the number of the first item of a query.
        """
        if expected.ill_conditioned:
            return expected.ill_conditioned
        poison = poison_for(self.spec.signature)
        for results in self.reference.others(runs):
            other = expect(double, results, poison, unit=self.reference.unit)
            if other.ill_conditioned:
                return other.ill_conditioned
            for own, turned in zip(expected.own, other.own, strict=True):
                for name, value in own.items():
                    if is_exact(value.dtype) and not np.array_equal(value, turned[name]):
                        return f"{name} depends on the order in which an object keeps its items"
        return None

    def try_indices(self) -> Trace:
        """Return the record of draws of further seeds, which shows whether an array depends on the order of threads.

        They are evaluated if the domains of a user's kernel may hold indices that few draws have. A row whose kernel
        depends on the order or is at fault on one of them would fail in ``irsmith verify``.

        Raises:
            ReferenceFaultError: if the kernel is at fault.
        """
        signature, trace = self.spec.signature, Trace()
        if not any(map(_is_drawn_index, signature.arguments)) or count_numbers(signature) > _MOST_INDEXED:
            return trace
        at_edges = [draw for draw in DRAWS if draw[1]]
        for seed in range(self.seed + 1, self.seed + 1 + _INDEX_SEEDS):
            with contextlib.suppress(UndefinedResultError):
                self.reference(standard_runs(signature, seed=seed, draws=at_edges), double=False, trace=trace)
        return trace

    def _problem(self, drawn: Drawn) -> Problem | None:
        """Return the reason why a kernel with these results fails; None if it does not."""
        expected = drawn.expected
        if expected.ill_conditioned:
            return Problem(Symptom.ILL_CONDITIONED, expected.ill_conditioned)
        if expected.non_finite:
            return Problem(Symptom.USELESS, f"{expected.non_finite} is not finite")
        if not self.useful:
            return None
        useless = shortcoming(self.reference, self.spec, drawn.runs, expected, drawn.redrawn, seed=self.seed)
        return Problem(Symptom.USELESS, useless) if useless is not None else None

    def aimed(self, drawn: Drawn) -> Drawn:
        """Return the draws with additional ones at boundaries of comparisons, and for the code not yet covered.

        Draws for code that is not covered are added only if the coverage is not complete.
        """
        spec, seed, runs = self.spec, self.seed, drawn.runs
        tolerance = drawn.expected.tolerance
        if self.draws < len(DRAWS):
            found = find_compared_draws(
                self.reference, spec, tolerance, most=self.draws, seed=seed, infinite=not self.useful
            )
            return self._with_some(drawn, found)
        aimed: list[AimedDraw] = []
        if drawn.coverage.share < 1.0:
            aimed = find_aimed_draws(
                self.reference, spec, drawn.coverage, drawn.trace,
                already=len(runs), seed=seed, infinite=not self.useful,
            )  # fmt: skip
        runs = [*runs, *(each.inputs for each in aimed)]
        edges = find_edge_draws(self.reference, spec, tolerance, seed=seed, infinite=not self.useful)
        turning = find_turning_draws(self.reference, spec, runs, drawn.trace, tolerance, infinite=not self.useful)
        drawn = self._with_some(drawn, [*aimed, *edges, *turning], aimed)
        return drawn if self.useful else self._with_missing(drawn)

    def _with_missing(self, drawn: Drawn) -> Drawn:
        """Return the draws with further ones, in which inputs hold the NaNs or infinities that the source tests for."""
        for found, way in find_draws_with_missing(self.reference, self.spec, already=len(drawn.runs), seed=self.seed):
            more = self._with(drawn, [found])
            if more.expected.ill_conditioned or more.expected.non_finite:
                continue
            drawn.trace.add(way, len(drawn.runs))
            reached = self.reference.reached(drawn.trace)
            drawn = replace(more, coverage=coverage_of(self.spec.signature, more.runs, more.own, reached))
        return drawn

    def _expected(self, runs: Sequence[Values], double: Sequence[Values], own: Sequence[Values]) -> Expected:
        """Return the expected results of some runs. Every infinity of a drawn kernel counts as an accident."""
        poison = poison_for(self.spec.signature)
        return expected_of(self.reference, runs, double, own, poison, on_purpose=not self.useful)

    def _with_some(self, drawn: Drawn, *choices: Sequence[AimedDraw]) -> Drawn:
        """Return the draws with one of several sets of draws added.

        It is the first set with which all results are finite and well-conditioned. If there is none, the draws are
        returned unchanged.
        """
        for found in choices:
            if found:
                more = self._with(drawn, found)
                if not more.expected.ill_conditioned and not more.expected.non_finite:
                    return more
        return drawn

    def _with(self, drawn: Drawn, found: Sequence[AimedDraw]) -> Drawn:
        """Return the draws with the found ones added."""
        return self._of_runs(
            drawn,
            [*drawn.runs, *(each.inputs for each in found)],
            [*drawn.double, *(each.double for each in found)],
            [*drawn.own, *(each.own for each in found)],
        )

    def _of_runs(self, drawn: Drawn, runs: Sequence[Values], double: Sequence[Values], own: Sequence[Values]) -> Drawn:
        """Return the draws with other runs, and with the expected results and the coverage of those runs."""
        expected = self._expected(runs, double, own)
        coverage = coverage_of(self.spec.signature, runs, own, self.reference.reached(drawn.trace))
        return replace(drawn, runs=runs, double=double, own=own, expected=expected, coverage=coverage)

    def settled(self, drawn: Drawn) -> tuple[Drawn, Sequence[PerturbedRun] | None]:
        """Return the draws without unsuitable ones, and the effects of rounding on each.

        The effects are None if they are not known or do not matter. Two kinds of draws are dropped, unless they are
        standard draws. In the first kind, rounding decides which of several elements is selected, so that a right text
        may select another one. In the second kind, an array consists of rounding error only, such as the deviations
        of equal numbers from their mean.
        """
        perturbed = self._perturbed(drawn)
        if perturbed is None:
            return drawn, None
        kept = [
            number
            for number, each in enumerate(perturbed)
            if number < self.draws or not (each.unsettled or exceeds_rounding_cap(drawn.expected, number, each))
        ]
        if len(kept) == len(perturbed):
            return drawn, perturbed
        runs, double, own = ([each[number] for number in kept] for each in (drawn.runs, drawn.double, drawn.own))
        return self._of_runs(drawn, runs, double, own), [perturbed[number] for number in kept]

    def may_round(self, drawn: Drawn) -> bool:
        """Return whether rounding may move the results of a right text beyond the standard tolerances."""
        if not drawn.expected.together and all(each == 0 or each >= CAP for each in drawn.expected.tolerance.values()):
            return False
        return self.reference.perturbed((), seed=self.seed) is not None

    def _perturbed(self, drawn: Drawn) -> Sequence[PerturbedRun] | None:
        if not self.may_round(drawn):
            return None
        try:
            perturbed = self.reference.perturbed(drawn.runs, seed=self.seed)
            return None if perturbed is None else self._with_max_shifts(drawn, perturbed)
        except Exception as error:  # noqa: BLE001 (such as a matrix factor that does not exist)
            logger.debug("%s: the effect of rounding is not known: %s", self.spec.name, error)
            return None

    def _with_max_shifts(self, drawn: Drawn, perturbed: Sequence[PerturbedRun]) -> Sequence[PerturbedRun]:
        """Return the effects of rounding on the draws, with further measurements where one is not enough.

        One measurement of a draw is not enough in three cases:

        - An array is small, and inputs are equal, such as those at bounds of domains. If one of two equal operands of a
          maximum becomes smaller, the maximum does not change. So such a draw is also perturbed in the opposite
          direction.
        - Some elements consist of rounding error.
        - The inputs are at bounds of domains. Vectors are often parallel there, and about one measurement in a hundred
          does not change the small difference between them at all.
        """
        more = [list[Values]() for _ in perturbed]

        def perturb_again(numbers: Sequence[int], seed: int, *, opposite: bool = False) -> None:
            found = self.reference.perturbed_results(
                [drawn.runs[number] for number in numbers], seed=seed, opposite=opposite
            )
            for number, each in zip(numbers, found, strict=True):
                more[number].append(each)

        at_bounds = [edges for _, edges in DRAWS[-self.draws :]]
        if has_few_elements(drawn.expected):
            numbers = [number for number in range(len(perturbed)) if number >= len(at_bounds) or at_bounds[number]]
            perturb_again(numbers, self.seed, opposite=True)
        unreliable = [
            number
            for number, each in enumerate(perturbed)
            if (number < len(at_bounds) and at_bounds[number]) or has_rounding_noise(drawn.expected, number, each)
        ]
        for again in range(_MORE_PERTURBATIONS if unreliable else 0):
            perturb_again(unreliable, self.seed + 1 + again)
        pairs = zip(perturbed, more, strict=True)
        return [with_max_shifts(drawn.expected, number, each, others) for number, (each, others) in enumerate(pairs)]


def _is_drawn_index(argument: Argument) -> bool:
    """Return whether an argument is an array of integers that are drawn from a domain, and so may be indices."""
    if argument.shape is None or argument.role is Role.OUTPUT or argument.recorded or argument.domain is None:
        return False
    return argument.dtype.startswith(("int", "uint")) and not argument.fields and argument.domain.width > 0


def standard_draws(prover: Prover, kernel: Kernel) -> tuple[Drawn, Problem | None]:
    """Return the standard draws of a user's kernel, for inputs that are tried, and why they cannot be used.

    Raises:
        ReferenceUnknownError: if something is not modelled.
        ReferenceFaultError: if the kernel is at fault.
    """
    reference = prover.reference(kernel)
    return Draws(reference=reference, spec=kernel.spec, useful=False, seed=0, draws=len(DRAWS)).standard()
