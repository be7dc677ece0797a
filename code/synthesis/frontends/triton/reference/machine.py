"""The state of one evaluation of a kernel: its precision, its program, its memory accesses and its limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError, Trace
from synthesis.frontends.triton.reference.types import UINT64, Dtype, type_of_number
from synthesis.frontends.triton.reference.values import Array, Block

_MOST_STEPS = 500_000
"""Maximum number of statements and loop iterations of one evaluation."""
_MOST_WORK = 1 << 32
"""Maximum number of elements that one evaluation computes."""
_DEEPEST = 64
"""Maximum depth of calls of the source's functions."""


@dataclass(frozen=True, slots=True)
class Access:
    """One access of a program to elements of a buffer."""

    buffer: str
    kind: str
    """``R``, ``W``, ``A…`` for an atomic operation or ``X…`` for one whose result may be used."""
    offsets: Array
    program: int


class Machine:
    """The evaluator of a kernel. Subclasses that round in another way override some of its methods.

    Args:
        double: whether every floating-point number is computed in float64.
        trace: where to record coverage; None to record nothing.
        log: whether to record memory accesses.
    """

    def __init__(self, *, double: bool = False, trace: Trace | None = None, log: bool = False) -> None:
        self.double = double
        self.trace = trace
        self.log: list[Access] | None = [] if log else None
        self.run = 0
        self.program: tuple[int, int, int] = (0, 0, 0)
        self.number = 0
        self.grid: tuple[int, int, int] = (1, 1, 1)
        self.wanted = True
        """Whether the result of the call that is evaluated is used."""
        self.depth = 0
        self.coarse: set[str] = set()
        """The names of the types of fewer than 32 bits that the kernel computes with."""
        self._steps = 0
        self._work = 0

    # ---- rounding and decisions

    def format(self, kind: Dtype) -> np.dtype[Any]:
        """Return the NumPy dtype in which numbers of a type are held."""
        return np.dtype(np.float64) if self.double and kind.is_float else kind.numpy

    def rounded(self, data: Any, kind: Dtype, *, units: int = 1, faithful: bool = True) -> Any:
        """Return rounded numbers. Subclasses perturb them, since a correct text may round differently.

        Args:
            data: numbers in the format of the type.
            kind: their type.
            units: the error that a correct text may have, in units in the last place.
            faithful: whether a correct text computes results with few significant digits exactly.
        """
        del units, faithful
        if kind.bits < 32:
            self.computed_in(kind.name)
        return data

    def narrowed(self, data: Any, kind: Dtype) -> Any:
        """Return numbers converted to another floating-point type. Subclasses perturb them."""
        del kind
        return data

    def computed_in(self, name: str) -> None:
        """Record that the kernel computes in a type of fewer than 32 bits."""
        self.coarse.add(name)

    def summed(self, data: Any, kind: Dtype) -> Any:
        """Return the terms of a sum. Subclasses perturb them, since their errors may be large compared with the sum."""
        del kind
        return data

    def rounded_tf32(self, data: Any) -> Any:
        """Return float32 numbers that were rounded to TensorFloat-32. Subclasses perturb them."""
        return data

    def decided(self, decision: str, told: Any, measure: Any) -> Any:
        """Return the outcome of a decision. Rounding may change it, so subclasses record or replace it.

        Args:
            decision: ``compare``, ``truncate``, ``floor``, ``ceil``, ``round`` or ``choose``.
            told: the computed outcome: truth values, integers, or floating-point numbers that are whole.
            measure: the float64 numbers that it depends on. For a comparison it is the difference of the sides; for
                ``choose``, the distance to the next best choice.
        """
        del decision, measure
        return told

    @property
    def notes_decisions(self) -> bool:
        """Whether ``decided`` uses the measures of decisions, so that they must be computed."""
        return False

    # ---- values

    def number_of(self, value: Any, kind: Dtype | None = None) -> Block:
        """Return a Python number as a value of a type, or of its default type.

        Raises:
            ReferenceUnknownError: if it is not a number, or out of the range of the type.
        """
        if not isinstance(value, bool | int | float):
            raise ReferenceUnknownError(f"a {type(value).__name__} where a number is needed")
        kind = kind or type_of_number(value)
        if kind.is_float:
            value = min(max(value, -1.8e308), 1.8e308) if isinstance(value, int) else value
            return Block(np.float64(value).astype(self.format(kind)), kind)
        if value != int(value) or not kind.limits[0] <= int(value) <= kind.limits[1]:
            raise ReferenceUnknownError(f"the number {value} as {kind.name}")
        whole = np.uint64(int(value)) if kind is UINT64 else np.int64(int(value))
        return Block(whole.astype(kind.numpy), kind)

    def block_of(self, value: Any) -> Block:
        """Return a value as a block.

        Raises:
            ReferenceUnknownError: if it is neither a block nor a number.
        """
        return value if isinstance(value, Block) else self.number_of(value)

    # ---- limits and records

    def step(self, count: int = 1) -> None:
        """Count executed statements, or iterations of a loop.

        Raises:
            ReferenceFaultError: if there are too many.
        """
        self._steps += count
        if self._steps > _MOST_STEPS:
            raise ReferenceFaultError(f"more than {_MOST_STEPS} statements and trips of loops")

    def work(self, size: int) -> None:
        """Count the elements that an expensive operation computes.

        Raises:
            ReferenceFaultError: if there are too many.
        """
        self._work += size
        if self._work > _MOST_WORK:
            raise ReferenceFaultError(f"more than {_MOST_WORK} elements")

    def enter(self) -> None:
        """Begin a call of a function of the source. The caller must lower ``depth`` afterwards.

        Raises:
            ReferenceFaultError: if calls are nested too deeply.
        """
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ReferenceFaultError(f"calls deeper than {_DEEPEST}")

    def note(self, place: int) -> None:
        """Record that the run reaches a statement or expression, by its identity."""
        if self.trace is not None:
            self.trace.first.setdefault(place, self.run)

    def note_arms(self, place: int, taken: Sequence[Any]) -> None:
        """Record which arms of an expression are taken."""
        assert self.trace is not None
        for number, each in enumerate(taken):
            if (place, number) not in self.trace.arms and np.any(each):
                self.trace.arms[place, number] = self.run

    def leave_out(self, place: object) -> None:
        """Record that Triton removes a branch when it compiles the kernel."""
        if self.trace is not None:
            self.trace.left_out.add(id(place))

    def accessed(self, buffer: str, kind: str, offsets: Any) -> None:
        """Record an access to elements of a buffer."""
        if self.log is not None:
            self.log.append(Access(buffer, kind, np.ravel(offsets), self.number))
