"""Line maps: which lines of an IR text come from which line of Python."""

from collections.abc import Iterable

LineMap = list[tuple[int, int, int]]
"""(Python line, first IR line, last IR line), all from 1, in the order of the IR; no IR line is in two runs."""


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
