"""Analysis of which programs access which elements of memory, and of whether the order of programs matters."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np

from synthesis.frontends.triton.reference.machine import Access
from synthesis.frontends.triton.reference.values import Array


def _by_buffer(log: Sequence[Access]) -> Iterator[tuple[str, list[Access]]]:
    for name, accesses in groupby(sorted(log, key=lambda each: each.buffer), key=lambda each: each.buffer):
        yield name, [each for each in accesses if each.offsets.size]


class _Touched:
    """The kinds of accesses to each element of a buffer."""

    def __init__(self, accesses: Sequence[Access]) -> None:
        size = 1 + max((int(each.offsets.max()) for each in accesses), default=0)
        low, high = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
        self.kinds: dict[str, Array] = {}
        for each in accesses:
            np.minimum.at(low, each.offsets, each.programs)
            np.maximum.at(high, each.offsets, each.programs)
            self.kinds.setdefault(each.kind, np.zeros(size, bool))[each.offsets] = True
        self.several = (low != high) & (high >= 0)
        """A mask of the elements that several programs accessed."""
        self._none = np.zeros(size, bool)

    def of(self, *first: str) -> Array:
        """Return a mask of the elements with an access whose kind begins with one of these letters.

        The letters are R (read), W (write), A (atomic) and X (atomic whose result may be used); see ``Access.kind``.
        """
        return np.any([self._none, *(each for kind, each in self.kinds.items() if kind[0] in first)], axis=0)

    @property
    def clashes(self) -> Array:
        """A mask of the elements through which one program may see another's effects."""
        plain = self.of("W") | (self.of("R") & self.of("A", "X")) | self.of("X") | self.mixed
        return self.several & plain

    @property
    def mixed(self) -> Array:
        """A mask of the elements changed by atomic operations of different kinds, or by one that replaces the value."""
        operations = {kind[1:] for kind in self.kinds if kind[0] in "AX"}
        replaced = [each for kind, each in self.kinds.items() if kind[1:] in ("xchg", "cas", "store")]
        changed = [np.any([each for kind, each in self.kinds.items() if kind[0] in "AX" and kind[1:] == operation],
                          axis=0) for operation in sorted(operations)]  # fmt: skip
        several = np.sum(changed, axis=0) > 1 if len(changed) > 1 else self._none
        return np.any([self._none, several, *replaced], axis=0)


def clashing(log: Sequence[Access], sizes: Mapping[str, int]) -> frozenset[int]:
    """Return the runs in which one program may see another's effects, by their numbers in memory.

    Atomic operations of one kind commute, unless their results are used.

    Args:
        log: the accesses.
        sizes: the number of elements of each buffer in the memory of a run.
    """
    found = set[int]()
    for name, accesses in _by_buffer(log):
        if accesses:
            found.update((np.flatnonzero(_Touched(accesses).clashes) // sizes[name]).tolist())
    return frozenset(found)


def is_seen(log: Sequence[Access]) -> bool:
    """Return whether programs that are evaluated at once may give other results than one after another."""
    for _, accesses in _by_buffer(log):
        kinds = {each.kind[0] for each in accesses}
        if kinds <= {"R"} or (kinds <= {"W", "A"} and len(accesses) == 1):
            continue
        touched = _Touched(accesses)
        if touched.clashes.any() or (touched.several.any() and any(each.rounds for each in accesses)):
            return True
    return False


def accumulated_in(log: Sequence[Access]) -> frozenset[str]:
    """Return the buffers that are accessed only by atomics, and in which several programs access one element."""
    found = set[str]()
    for name, accesses in _by_buffer(log):
        touched = _Touched(accesses)
        if {each[0] for each in touched.kinds} <= {"A", "X"} and touched.several.any():
            found.add(name)
    return frozenset(found)


def separate_in(log: Sequence[Access], names: Sequence[str]) -> frozenset[str]:
    """Return the named buffers in which no program accesses, without atomics, what another program writes."""
    apart = set(names)
    for name, accesses in _by_buffer(log):
        touched = _Touched(accesses)
        if (touched.several & touched.of("R", "W") & touched.of("W", "A", "X")).any():
            apart.discard(name)
    return frozenset(apart)
