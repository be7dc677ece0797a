"""The points at which the derivatives of a plan are checked, of further seeds if those of one seed show nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from synthesis.core.records import KernelSpec
from synthesis.frontends.base import Reference, Trace, UndefinedResultError, Values
from synthesis.verification.larger_tangents import with_larger, with_larger_weights
from synthesis.verification.points import NothingToCheck, Point, find_points
from synthesis.verification.rough_slopes import rough_points, rough_tangents
from synthesis.verification.tangents import Tangents, find_tangents

MORE_SEEDS = 4
"""Number of further seeds that are tried in turn, for draws and for points, for a text that was verified before."""
P = TypeVar("P", Point, Tangents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search for points at which the derivatives of a kernel can be checked.

    For a text that was verified before, points of further seeds are tried if those of one seed give nothing to check.
    For example, a ray that hits nothing has no gradient, and few draws have a ray that hits something. The same holds
    if the kernel has no result at a point, as a loop that does not end there.
    """

    reference: Reference
    spec: KernelSpec
    runs: Sequence[Values]
    """Draws of the kernel's arguments."""
    suspect: bool
    """Whether the kernel has a construct whose derivatives the tool is known to get wrong."""
    seed: int
    """Seed of the points."""
    fresh: bool
    """Whether the texts have just been lowered from the source."""
    measure_rounding: bool
    """Whether to measure how far rounding moves slopes."""

    def points(self, trace: Trace) -> tuple[Point, ...] | NothingToCheck:
        """Return the points at which gradients are checked.

        If the points of a text that was verified before do not cover everything that a derivative depends on, those of
        seed 0, at which new rows are verified, are added.

        Args:
            trace: where to record the statements and branches that are executed at the points.
        """

        def of_seed(seed: int) -> tuple[Point, ...] | NothingToCheck:
            return find_points(
                self.reference,
                self.spec,
                suspect=self.suspect,
                seed=seed,
                runs=self.runs,
                trace=trace,
                decided=self.measure_rounding,
            )

        found = self._first(of_seed)
        if (
            not self.fresh
            and self.seed
            and not isinstance(found, NothingToCheck)
            and self.reference.reached(trace).underived
        ):
            first = _unless_undefined(of_seed, 0)
            found = found if isinstance(first, NothingToCheck) else (*found, *first)
        return found

    def completed_points(self, found: tuple[Point, ...] | NothingToCheck) -> tuple[Point, ...] | NothingToCheck:
        """Return points with what rounding adds to their uncertainties, and with larger weights at the first one."""
        if isinstance(found, NothingToCheck):
            return found
        if self.measure_rounding:
            found = rough_points(self.reference, self.spec, found, seed=self.seed)
        return with_larger_weights(self.spec, found)

    def tangents(self, trace: Trace) -> tuple[Tangents, ...] | NothingToCheck:
        """Return the points at which tangents are checked.

        Args:
            trace: where to record the statements and branches that are executed at the points.
        """

        def of_seed(seed: int) -> tuple[Tangents, ...] | NothingToCheck:
            return find_tangents(
                self.reference, self.spec, suspect=self.suspect, seed=seed, runs=self.runs, trace=trace
            )

        return self._first(of_seed)

    def completed_tangents(self, found: tuple[Tangents, ...] | NothingToCheck) -> tuple[Tangents, ...] | NothingToCheck:
        """Return tangents with what rounding adds to their uncertainties. The last ones may be larger first ones."""
        if isinstance(found, NothingToCheck):
            return found
        if self.measure_rounding:
            found = rough_tangents(self.reference, self.spec, found, seed=self.seed)
        return with_larger(self.spec, found)

    def _first(self, of_seed: Callable[[int], tuple[P, ...] | NothingToCheck]) -> tuple[P, ...] | NothingToCheck:
        """Return the points of the first seed that gives any; the reason why there are none if no seed does."""
        found = _unless_undefined(of_seed, self.seed)
        for more in range(0 if self.fresh else MORE_SEEDS):
            if not isinstance(found, NothingToCheck):
                break
            found = _unless_undefined(of_seed, self.seed + 1 + more)
        return found


def _unless_undefined(
    of_seed: Callable[[int], tuple[P, ...] | NothingToCheck], seed: int
) -> tuple[P, ...] | NothingToCheck:
    try:
        return of_seed(seed)
    except UndefinedResultError as error:
        return NothingToCheck(str(error))
