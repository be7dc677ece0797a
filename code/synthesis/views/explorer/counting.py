"""Counts unbounded streams in bounded memory."""

from collections.abc import Iterator

MOST_NAMES = 10_000
OTHERS = "(others)"
MOST_HASHES = 1 << 20


class Counts:
    """Counts names, in order of first appearance. Names beyond the limit are counted together.

    Args:
        most: maximum number of separate names. Rows may be untrusted, and each may have another name.
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
        """Iterate over the names and their counts."""
        return iter(self._found.items())

    def to_json(self) -> list[list[str | int]]:
        """Return a list for each name: its parts, then its count."""
        return [[*name, count] for name, count in self]


class Distinct:
    """Counts different texts: exactly up to a million, estimated from a sample of hashes beyond.

    Args:
        most: maximum number of hashes that are kept.
    """

    def __init__(self, most: int = MOST_HASHES) -> None:
        self._most = most
        self._bits = 0
        self._kept = set[int]()

    def add(self, digest: int) -> None:
        """Count a text by its hash, whose bits must be uniformly distributed."""
        if digest & ((1 << self._bits) - 1):
            return
        self._kept.add(digest)
        while len(self._kept) > self._most:
            self._bits += 1
            self._kept = {each for each in self._kept if not each & ((1 << self._bits) - 1)}

    @property
    def count(self) -> int:
        """The number of different texts."""
        return len(self._kept) << self._bits

    @property
    def is_exact(self) -> bool:
        """Whether the count is exact."""
        return not self._bits


class Growth:
    """The number of different texts as a function of the number of texts, at up to a few hundred points."""

    _MOST = 256

    def __init__(self) -> None:
        self._distinct = Distinct()
        self._rows = 0
        self._step = 1
        self._points: list[list[int]] = []

    def add(self, digest: int) -> None:
        """Count a text."""
        self._distinct.add(digest)
        self._rows += 1
        if self._rows % self._step == 0:
            self._points.append([self._rows, self._distinct.count])
        if len(self._points) > self._MOST:
            self._step *= 2
            self._points = [point for point in self._points if point[0] % self._step == 0]

    @property
    def points(self) -> list[list[int]]:
        """Pairs of the number of texts and the number of different ones. The last is for all texts."""
        last = [self._rows, self._distinct.count]
        return self._points if self._points[-1:] == [last] else [*self._points, last]
