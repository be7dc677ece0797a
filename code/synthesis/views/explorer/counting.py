"""Counts of unbounded streams in bounded memory."""

from collections.abc import Iterator

MOST_NAMES = 10_000
OTHERS = "(others)"
MOST_HASHES = 1 << 20


class Counts:
    """How often each name came, in the order in which they came first; what is beyond the limit is counted together.

    Args:
        most: names that are counted apart. A row's words may be anybody's: there may be as many as rows.
    """

    def __init__(self, most: int = MOST_NAMES) -> None:
        self._most = most
        self._found: dict[tuple[str, ...], int] = {}

    def add(self, *name: str, times: int = 1) -> None:
        """Count a name, which may have several parts."""
        if name not in self._found and len(self._found) >= self._most:
            name = (*name[:-1], OTHERS)
        self._found[name] = self._found.get(name, 0) + times

    def __iter__(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """The names and their counts."""
        return iter(self._found.items())

    def to_json(self) -> list[list[str | int]]:
        """A list for each name: its parts, then its count."""
        return [[*name, count] for name, count in self]


class Distinct:
    """How many different texts have come: exactly up to a million, from a sample by their hashes beyond.

    Args:
        most: hashes that are kept.
    """

    def __init__(self, most: int = MOST_HASHES) -> None:
        self._most = most
        self._bits = 0
        self._kept = set[int]()

    def add(self, digest: int) -> None:
        """Count a text by its hash, a number from all of which bits are as good as drawn."""
        if digest & ((1 << self._bits) - 1):
            return
        self._kept.add(digest)
        while len(self._kept) > self._most:
            self._bits += 1
            self._kept = {each for each in self._kept if not each & ((1 << self._bits) - 1)}

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self._kept) << self._bits

    @property
    def is_exact(self) -> bool:
        """Whether all were counted."""
        return not self._bits


class Growth:
    """How many were different of so many, at up to a few hundred places of a stream whose end is not known."""

    _MOST = 256

    def __init__(self) -> None:
        self._distinct = Distinct()
        self._rows = 0
        self._step = 1
        self._points: list[list[int]] = []

    def add(self, digest: int) -> None:
        """Count one more."""
        self._distinct.add(digest)
        self._rows += 1
        if self._rows % self._step == 0:
            self._points.append([self._rows, self._distinct.count])
        if len(self._points) > self._MOST:
            self._step *= 2
            self._points = [point for point in self._points if point[0] % self._step == 0]

    @property
    def points(self) -> list[list[int]]:
        """Pairs of how many came and how many of them were different; the last is of all."""
        last = [self._rows, self._distinct.count]
        return self._points if self._points[-1:] == [last] else [*self._points, last]
