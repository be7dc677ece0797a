"""Line maps: which lines of an IR text come from which line of Python."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

LineMap = list[tuple[int, int, int]]
"""(Python line, first IR line, last IR line), all from 1, in the order of the IR. Only LLVM IR, whose functions stand
for several lines of Python each, has an IR line in more than one run."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where lines of files stand in the source of a kernel, which is collected from several places."""

    pieces: tuple[tuple[str, int, int, int], ...] = ()
    """File, first line in it, number of lines, and the line of the source that the first one became."""

    @property
    def files(self) -> frozenset[str]:
        """Those that some of the source stands in."""
        return frozenset(home for home, *_ in self.pieces)

    def line(self, file: str, line: int) -> int | None:
        """The line of the source that a file's line is; None if it is none of the source's."""
        for home, first, count, start in self.pieces:
            if home == file and first <= line < first + count:
                return start + line - first
        return None


NO_PLACES = Places()
"""Nothing is known."""
Where = Callable[[str, int], int | None]
"""A file and a line of it to the line of the source, or None: ``Places.line``."""


def runs_of(origins: Iterable[int | None]) -> LineMap:
    """The line map of a text, given the Python line that each of its lines comes from, or None."""
    runs: LineMap = []
    for number, origin in enumerate(origins, start=1):
        if origin is None:
            continue
        if runs and runs[-1][0] == origin and runs[-1][2] == number - 1:
            runs[-1] = (origin, runs[-1][1], number)
        else:
            runs.append((origin, number, number))
    return runs


def steps_of(runs: Iterable[tuple[int, int, int]]) -> list[list[int]]:
    """A line map as rows hold it: of each run the Python line, how many IR lines are skipped before it, and its length.

    Neighbours are alike where kernels are, which lines by their numbers are not: rows are a seventh smaller for it. Of
    runs that share lines the later ones skip fewer than none.
    """
    steps: list[list[int]] = []
    end = 0
    for origin, first, last in runs:
        steps.append([origin, first - end - 1, last - first + 1])
        end = last
    return steps


def runs_of_steps(steps: Iterable[Sequence[int]]) -> LineMap:
    """The line map that ``steps_of`` wrote."""
    runs: LineMap = []
    end = 0
    for origin, skipped, length in steps:
        first, end = end + skipped + 1, end + skipped + length
        runs.append((origin, first, end))
    return runs


def origins_of(runs: Iterable[tuple[int, int, int]]) -> dict[int, int]:
    """The Python line that each IR line of a line map comes from."""
    return {line: origin for origin, first, last in runs for line in range(first, last + 1)}
