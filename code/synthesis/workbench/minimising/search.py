"""The way down: from a kernel to the smallest one that is found with the same thing wrong."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

from synthesis.core.records import KernelSpec
from synthesis.workbench.minimising.reductions import Step, normalised, size_of, smaller, tidied, ways

Holds = Callable[[KernelSpec], KernelSpec | None]
"""The kernel, perhaps with results told anew, if what is wanted is wrong with it; None if not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """Where a search ended."""

    spec: KernelSpec
    tried: int
    """Kernels that were looked at."""
    finished: bool
    """Whether no smaller kernel was left to try; not so where steps or time ran out."""


def shrink(
    spec: KernelSpec,
    holds: Holds,
    *,
    steps: int = 2000,
    seconds: float = 300.0,
    on_step: Callable[[int, KernelSpec], None] | None = None,
) -> Shrunk:
    """The smallest kernel that is found while something holds; the kernel itself if nothing smaller has it.

    Args:
        spec: the kernel to begin with, of which it holds.
        holds: what has to stay.
        steps: the most kernels to look at.
        seconds: the longest to look.
        on_step: told how many have been looked at, and of the smallest so far.
    """
    search = _Search(holds, steps, time.monotonic() + seconds, on_step)
    current = search.tidy(search.accepted(normalised(spec), spec) or spec)
    while True:
        before = current
        for step in ways():
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
        """The kernel that one step leads to, taken as often as it can be; the same one if it leads nowhere.

        After each success the step goes on where it was, not with what it has tried: that is left to the next round.
        """
        place = 0
        while (found := self._first(step, current, place)) is not None:
            place, current = found
        return current

    def _first(self, step: Step, current: KernelSpec, start: int) -> tuple[int, KernelSpec] | None:
        """The first that a step gives, from a place on, of which it holds, with its place, made tidy; None if none."""
        for place, each in enumerate(itertools.islice(smaller(current, step), start, None), start=start):
            if self.exhausted:
                return None
            found = self.accepted(each, current)
            if found is not None and size_of(found) < size_of(current):
                return place, self.tidy(found)
        return None

    def tidy(self, spec: KernelSpec) -> KernelSpec:
        """The kernel without what nothing reads, if it holds of that too; else the kernel."""
        tidy = tidied(spec)
        return spec if tidy.source == spec.source else self.accepted(tidy, spec) or spec

    def accepted(self, spec: KernelSpec, current: KernelSpec) -> KernelSpec | None:
        """A kernel of which it holds, which was not tried before; None if it is none."""
        key = repr((spec.source, spec.signature.arguments, spec.signature.launch))
        if key in self._seen:
            return None
        self._seen.add(key)
        self.tried += 1
        if self._on_step is not None:
            self._on_step(self.tried, current)
        return self._holds(spec)
