"""The state of a run: its arrays, the running program, pending copies to local memory, and the remaining work."""

from collections.abc import Callable
from typing import Any

from synthesis.frontends.triton.texts.errors import MAXIMUM_COPIES, BudgetError, TextError
from synthesis.frontends.triton.texts.memory import Memory
from synthesis.frontends.triton.texts.structure import Operation
from synthesis.frontends.triton.texts.values import Array, Descriptor


class Machine:
    """The state that all operations of a running text share.

    Args:
        memory: the arrays.
        grid: the number of programs along each axis.
        work: the work that the run may take.
        garbage: the number that stands for results without a defined value; None if such a result is an error.
    """

    def __init__(self, memory: Memory, grid: tuple[int, int, int], work: int, garbage: int | None = None) -> None:
        self.memory = memory
        self.grid = grid
        self.program = (0, 0, 0)
        self.work = work
        self.garbage = garbage
        self.first_undefined: TextError | None = None
        """The error that the first result without a defined value would be; None if there was none."""
        self.descriptors: dict[int, Descriptor] = {}
        """A program's tensor descriptors in memory, by the negative array numbers that represent them."""
        self._copies: list[tuple[Array, Array]] = []
        self._groups: list[list[tuple[Array, Array]]] = []

    def begin(self, program: tuple[int, int, int]) -> None:
        """Start a program of the grid."""
        self.program = program
        self.memory.program = program[0] + self.grid[0] * (program[1] + self.grid[1] * program[2])
        self._copies, self._groups = [], []
        self.descriptors.clear()

    def charge(self, line: int, work: int) -> None:
        """Subtract work from the remaining work.

        Raises:
            BudgetError: if less work is left.
        """
        self.work -= work
        if self.work < 0:
            raise BudgetError(line, "the run takes more work than is allowed")

    def undefined(self, line: int, why: str) -> int:
        """Return the number that stands for a result without a defined value.

        Raises:
            TextError: if such results are not allowed.
        """
        error = TextError(line, why)
        if self.garbage is None:
            raise error
        self.first_undefined = self.first_undefined or error
        return self.garbage

    def _check(self, number: int) -> None:
        if number > MAXIMUM_COPIES:
            raise TextError(0, f"more than {MAXIMUM_COPIES} copies or descriptors at a time")

    def describe(self, descriptor: Descriptor) -> int:
        """Store a descriptor in memory, and return the number of the array that represents it."""
        self._check(len(self.descriptors))
        number = -1 - len(self.descriptors)
        self.descriptors[number] = descriptor
        return number

    def copy_later(self, target: Array, values: Array) -> None:
        """Record a copy to local memory, which is made when its group is waited for."""
        self._copies.append((target, values))
        self._check(len(self._copies))

    def commit(self) -> None:
        """End the current group of copies."""
        self._groups.append(self._copies)
        self._copies = []
        self._check(len(self._groups))

    def wait(self, pending: int) -> None:
        """Make the oldest copies, until at most ``pending`` groups are left."""
        while len(self._groups) > pending:
            for target, values in self._groups.pop(0):
                target[...] = values


Effect = (
    Callable[[Machine], Any]
    | Callable[[Machine, Any], Any]
    | Callable[[Machine, Any, Any], Any]
    | Callable[[Machine, Any, Any, Any], Any]
)
"""A function of the machine and of the values of the operands."""


def chosen(operation: Operation, function: Callable[..., Any], *names: str) -> Callable[..., Any]:
    """Return a function of the machine and all operands that calls ``function`` with only the named operands.

    Args:
        operation: the operation.
        function: a function of the machine and of one value per name; None for an operand that was omitted.
        names: the names of operands.
    """
    places: dict[str, int] = {}
    count = 0
    for name, given in operation.named.items():
        places[name] = count
        count += len(given) if isinstance(given, list) else 1
    wanted = [places.get(name) for name in names]
    if wanted == list(range(count)):
        return function

    def effect(machine: Machine, *values: Any) -> Any:
        return function(machine, *[None if place is None else values[place] for place in wanted])

    return effect
