"""What programs of one run do to each other's elements."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_NONE = -1
_SEVERAL = -2


class _Elements:
    """For each element of an array, the program that wrote it, read it, or changed it atomically."""

    def __init__(self, size: int) -> None:
        self.wrote, self.read, self.changed = (np.full(size, _NONE, np.int32) for _ in range(3))


class Watch:
    """Finds races between the programs of a run. Pass a new one to ``run``.

    Attributes:
        written: the arrays in which two programs write the same element by plain stores.
        read: the arrays in which a program reads or writes by plain accesses what another plainly writes or reads.
        mixed: the arrays in which one program accesses plainly what another changes atomically.
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
        """Start to watch the arrays of a run."""
        self._names = names
        self._elements = [_Elements(size) for size in sizes]

    def load(self, array: int, elements: Array, program: int) -> None:
        """Note that a program reads elements."""
        state = self._elements[array]
        self._compare(self.read, array, state.wrote[elements], program)
        self._compare(self.mixed, array, state.changed[elements], program)
        _note(state.read, elements, program)

    def store(self, array: int, elements: Array, program: int) -> None:
        """Note that a program writes elements."""
        state = self._elements[array]
        self._compare(self.written, array, state.wrote[elements], program)
        self._compare(self.read, array, state.read[elements], program)
        self._compare(self.mixed, array, state.changed[elements], program)
        _note(state.wrote, elements, program)

    def overwritten(self, array: int) -> None:
        """Note that the lanes of one store write different values to the same element."""
        self.lanes.add(self._names[array])

    def change(self, array: int, elements: Array, program: int) -> None:
        """Note that a program changes elements atomically."""
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
