"""Analysis of which programs access which elements of memory, and of whether the order of programs matters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synthesis.frontends.triton.reference.values import Array, Buffer


@dataclass(frozen=True, slots=True)
class Access:
    """One access of several programs to elements of a buffer."""

    buffer: Buffer
    kind: str
    """``R``, ``W``, ``A…`` for an atomic operation or ``X…`` for one whose result may be used."""
    offsets: Array
    programs: Array
    """The number of the program that accesses each element."""
    rounds: bool
    """Whether it adds floating-point numbers, so that the sum depends on the order of the programs."""


class Touched:
    """The kinds of accesses to each element of a buffer.

    Args:
        buffer: the buffer.
    """

    def __init__(self, buffer: Buffer) -> None:
        self.size = max(1, buffer.size)
        """The number of elements of a run."""
        self.kinds: dict[str, Array] = {}
        self._low, self._high = np.full(buffer.data.size, np.iinfo(np.int64).max), np.full(buffer.data.size, -1)
        self._none = np.zeros(buffer.data.size, bool)

    def add(self, access: Access) -> None:
        """Add an access."""
        np.minimum.at(self._low, access.offsets, access.programs)
        np.maximum.at(self._high, access.offsets, access.programs)
        self.kinds.setdefault(access.kind, np.zeros_like(self._none))[access.offsets] = True

    @property
    def several(self) -> Array:
        """A mask of the elements that several programs accessed."""
        return (self._low != self._high) & (self._high >= 0)

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


def add_accesses(touched: dict[str, Touched], log: Sequence[Access]) -> None:
    """Add accesses to those of each buffer, by its name."""
    for each in log:
        if each.offsets.size:
            name = each.buffer.name
            if name not in touched:
                touched[name] = Touched(each.buffer)
            touched[name].add(each)


def clashing(touched: Mapping[str, Touched]) -> frozenset[int]:
    """Return the runs in which one program may see another's effects, by their numbers in memory.

    Atomic operations of one kind commute, unless their results are used.
    """
    found = set[int]()
    for each in touched.values():
        found.update((np.flatnonzero(each.clashes) // each.size).tolist())
    return frozenset(found)


def is_seen(log: Sequence[Access]) -> bool:
    """Return whether programs that are evaluated at once may see each other's effects, which changes results."""
    for name in {each.buffer.name for each in log}:
        accesses = [each for each in log if each.buffer.name == name and each.offsets.size]
        kinds = {each.kind[0] for each in accesses}
        if kinds <= {"R"} or (kinds <= {"W", "A"} and len(accesses) == 1):
            continue
        touched: dict[str, Touched] = {}
        add_accesses(touched, accesses)
        if touched[name].clashes.any() or (touched[name].several.any() and any(each.rounds for each in accesses)):
            return True
    return False


def accumulated_in(touched: Mapping[str, Touched]) -> frozenset[str]:
    """Return the buffers that are accessed only by atomics, and in which several programs access one element."""
    return frozenset(
        name for name, each in touched.items() if {kind[0] for kind in each.kinds} <= {"A", "X"} and each.several.any()
    )


def restored_in(touched: Mapping[str, Touched]) -> frozenset[str]:
    """Return the buffers that atomic operations of several kinds change whose results may be used, such as locks."""
    return frozenset(name for name, each in touched.items() if sum(kind[0] == "X" for kind in each.kinds) > 1)


def separate_in(touched: Mapping[str, Touched], names: Sequence[str]) -> frozenset[str]:
    """Return the named buffers without data races: what one program writes, others access only by atomics."""
    return frozenset(names) - {
        name for name, each in touched.items() if (each.several & each.of("R", "W") & each.of("W", "A", "X")).any()
    }
