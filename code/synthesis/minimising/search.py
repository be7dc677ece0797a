"""The way down: from a kernel to the smallest one that is found with the same thing wrong."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from synthesis.minimising.reductions import normalised, size_of, smaller
from synthesis.records import KernelSpec

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
    current = search.accepted(normalised(spec), spec) or spec
    while True:
        found = search.next_below(current)
        if found is None:
            return Shrunk(spec=current, tried=search.tried, finished=not search.exhausted)
        current = found


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

    def next_below(self, current: KernelSpec) -> KernelSpec | None:
        """The first smaller kernel of which it holds."""
        for each in smaller(current):
            if self.exhausted:
                return None
            found = self.accepted(each, current)
            if found is not None and size_of(found) < size_of(current):
                return found
        return None

    def accepted(self, spec: KernelSpec, current: KernelSpec) -> KernelSpec | None:
        key = repr((spec.source, spec.signature.arguments, spec.signature.launch))
        if key in self._seen:
            return None
        self._seen.add(key)
        self.tried += 1
        if self._on_step is not None:
            self._on_step(self.tried, current)
        return self._holds(spec)
