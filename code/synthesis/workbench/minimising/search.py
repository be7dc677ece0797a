"""Searches for the smallest kernel with the same failure."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

from synthesis.core.records import KernelSpec
from synthesis.workbench.minimising.reductions import Step, all_steps, normalised, size_of, smaller, tidied

Holds = Callable[[KernelSpec], KernelSpec | None]
"""Returns the kernel, possibly with updated results, if it has the wanted failure, else None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """The result of a search."""

    spec: KernelSpec
    tried: int
    """Number of kernels tried."""
    finished: bool
    """Whether no smaller kernel was left to try, rather than steps or time running out."""


def shrink(
    spec: KernelSpec,
    holds: Holds,
    *,
    steps: int = 2000,
    seconds: float = 300.0,
    on_step: Callable[[int, KernelSpec], None] | None = None,
) -> Shrunk:
    """Return the smallest kernel found for which a condition holds; the kernel itself if there is no smaller one.

    Args:
        spec: the initial kernel, for which the condition holds.
        holds: the condition.
        steps: maximum number of kernels to try.
        seconds: maximum duration of the search.
        on_step: called with the number of kernels tried and the smallest one so far.
    """
    search = _Search(holds, steps, time.monotonic() + seconds, on_step)
    current = search.tidy(search.accepted(normalised(spec), spec) or spec)
    while True:
        before = current
        for step in all_steps():
            current = search.descend(step, current)
        if current is before or search.exhausted:
            return Shrunk(spec=current, tried=search.tried, finished=not search.exhausted)


class _Search:
    def __init__(
        self, holds: Holds, steps: int, until: float, on_step: Callable[[int, KernelSpec], None] | None
    ) -> None:
        self.tried = 0
        self._holds = holds
        self._steps = steps
        self._until = until
        self._on_step = on_step
        self._seen: set[str] = set()

    @property
    def exhausted(self) -> bool:
        return self.tried >= self._steps or time.monotonic() >= self._until

    def descend(self, step: Step, current: KernelSpec) -> KernelSpec:
        """Apply one kind of reduction as often as possible, and return the resulting kernel.

        After each success it continues from the same position. Reductions before that position are tried in the next
        round.
        """
        place = 0
        while (found := self._first(step, current, place)) is not None:
            place, current = found
        return current

    def _first(self, step: Step, current: KernelSpec, start: int) -> tuple[int, KernelSpec] | None:
        """Return the first reduction from a position on that is accepted, tidied, with its position; else None."""
        for place, each in enumerate(itertools.islice(smaller(current, step), start, None), start=start):
            if self.exhausted:
                return None
            found = self.accepted(each, current)
            if found is not None and size_of(found) < size_of(current):
                return place, self.tidy(found)
        return None

    def tidy(self, spec: KernelSpec) -> KernelSpec:
        """Return the kernel without unused parts if the condition still holds, else the kernel itself."""
        tidy = tidied(spec)
        return spec if tidy.source == spec.source else self.accepted(tidy, spec) or spec

    def accepted(self, spec: KernelSpec, current: KernelSpec) -> KernelSpec | None:
        """Return what the condition returns for ``spec``; None if it does not hold or ``spec`` was tried before."""
        key = repr((spec.source, spec.signature.arguments, spec.signature.launch))
        if key in self._seen:
            return None
        self._seen.add(key)
        self.tried += 1
        if self._on_step is not None:
            self._on_step(self.tried, current)
        return self._holds(spec)
