"""Line maps, which assign Python lines to the lines of an IR text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

LineMap = list[tuple[int, int, int]]
"""(Python line, first IR line, last IR line), all from 1, in the order of the IR.

An IR line is in more than one entry only in LLVM IR, where a whole function may come from several lines of Python.
"""


@dataclass(frozen=True, slots=True)
class Places:
    """A map from lines of files to lines of a kernel's source, which is collected from several files."""

    pieces: tuple[tuple[str, int, int, int], ...] = ()
    """The parts of the source: file, first line in the file, number of lines, and first line in the source."""

    @property
    def files(self) -> frozenset[str]:
        """The files that contain some of the source."""
        return frozenset(home for home, *_ in self.pieces)

    def line(self, file: str, line: int) -> int | None:
        """Return the line of the source for a line of a file; None if the source does not contain that line."""
        for home, first, count, start in self.pieces:
            if home == file and first <= line < first + count:
                return start + line - first
        return None

    def with_line_after(self, number: int) -> "Places":
        """Return the map for the source with one more line after a line of it."""
        pieces = list[tuple[str, int, int, int]]()
        for home, first, count, start in self.pieces:
            before = min(count, max(0, number + 1 - start))
            pieces += [(home, first, before, start), (home, first + before, count - before, start + before + 1)]
        return Places(tuple(each for each in pieces if each[2]))


NO_PLACES = Places()
"""An empty map."""
Where = Callable[[str, int], int | None]
"""Maps a file and a line of it to a line of the source, or None, as ``Places.line`` does."""


def runs_of(origins: Iterable[int | None]) -> LineMap:
    """Return the line map of a text, given the Python line of each of its lines; None for a line that has none."""
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
    """Return a line map as rows store it: Python line, number of IR lines skipped before the entry, and entry length.

    Unlike absolute line numbers, these are similar in similar kernels, which makes rows a seventh smaller. If entries
    share lines, the later ones have a negative number of skipped lines.
    """
    steps: list[list[int]] = []
    end = 0
    for origin, first, last in runs:
        steps.append([origin, first - end - 1, last - first + 1])
        end = last
    return steps


def runs_of_steps(steps: Iterable[Sequence[int]]) -> LineMap:
    """Return the line map that ``steps_of`` encoded."""
    runs: LineMap = []
    end = 0
    for origin, skipped, length in steps:
        first, end = end + skipped + 1, end + skipped + length
        runs.append((origin, first, end))
    return runs


def origins_of(runs: Iterable[tuple[int, int, int]]) -> dict[int, int]:
    """Return the Python line of each IR line in a line map."""
    return {line: origin for origin, first, last in runs for line in range(first, last + 1)}
