"""Detection of races between the programs of a run."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_NONE = -1
_SEVERAL = -2


class _Elements:
    """The program that wrote, read or atomically changed each element of an array."""

    def __init__(self, size: int) -> None:
        self.wrote, self.read, self.changed = (np.full(size, _NONE, np.int32) for _ in range(3))


class Watch:
    """A detector of races between the programs of a run. Each run needs a new one.

    Attributes:
        written: the arrays in which two programs write the same element without atomics.
        read: the arrays in which one program reads, without atomics, an element that another one writes without
            atomics.
        mixed: the arrays in which one program accesses, without atomics, an element that another one changes
            atomically.
        lanes: the arrays in which one store writes different values to the same element.
    """

    def __init__(self) -> None:
        self.written: set[str] = set()
        self.read: set[str] = set()
        self.mixed: set[str] = set()
        self.lanes: set[str] = set()
        self._elements: list[_Elements] = []
        self._names: list[str] = []

    def begin(self, names: list[str], sizes: list[int]) -> None:
        """Start to observe the arrays of a run."""
        self._names = names
        self._elements = [_Elements(size) for size in sizes]

    def load(self, array: int, elements: Array, program: int) -> None:
        """Record that a program reads elements."""
        state = self._elements[array]
        self._compare(self.read, array, state.wrote[elements], program)
        self._compare(self.mixed, array, state.changed[elements], program)
        _note(state.read, elements, program)

    def store(self, array: int, elements: Array, program: int) -> None:
        """Record that a program writes elements."""
        state = self._elements[array]
        self._compare(self.written, array, state.wrote[elements], program)
        self._compare(self.read, array, state.read[elements], program)
        self._compare(self.mixed, array, state.changed[elements], program)
        _note(state.wrote, elements, program)

    def overwritten(self, array: int) -> None:
        """Record that the lanes of one store write different values to the same element."""
        self.lanes.add(self._names[array])

    def change(self, array: int, elements: Array, program: int) -> None:
        """Record that a program changes elements atomically."""
        state = self._elements[array]
        self._compare(self.mixed, array, state.wrote[elements], program)
        self._compare(self.mixed, array, state.read[elements], program)
        _note(state.changed, elements, program)

    def _compare(self, into: set[str], array: int, programs: Array, program: int) -> None:
        if ((programs != program) & (programs != _NONE)).any():
            into.add(self._names[array])


def _note(state: Array, elements: Array, program: int) -> None:
    before = state[elements]
    state[elements] = np.where((before == _NONE) | (before == program), program, _SEVERAL)
