"""The interface of a kernel's oracle: its results, its records of runs, and its errors."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Values = dict[str, npt.NDArray[Any]]
"""Arrays by the names of arguments or results.

A value that is not an array is stored as an array with the dimensions of its type, such as ``(3,)`` for a vec3.
"""


class ReferenceUnknownError(Exception):
    """An error for a kernel that the oracle does not model; ``what`` names the construct or operation."""

    def __init__(self, what: str) -> None:
        super().__init__(f"no reference semantics for {what}")
        self.what = what


class ReferenceFaultError(Exception):
    """An error for a kernel at fault: an index out of bounds, an integer division by zero or an endless loop."""


class UnknownObjectError(ReferenceUnknownError):
    """An error for the id of an object of which nothing is known.

    Args:
        kind: the front end's name of the kind of object that the kernel asks for.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(f"the id of a {kind} of which nothing is known")
        self.kind = kind


class NoObjectError(ReferenceUnknownError):
    """An error for a query of an object that does not exist: its id is 0.

    Args:
        kind: the front end's name of the kind of object that the kernel asks for.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(f"a query of a {kind} that does not exist")


class UndefinedResultError(ReferenceFaultError):
    """An error for values for which the tool does not define a result. The kernel may be right for other values.

    Args:
        what: the operation and the values.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}, whose result is not defined")


class ZeroDivisorError(ReferenceFaultError):
    """An integer division by zero."""


class EndlessLoopError(ReferenceFaultError):
    """A loop with more trips than the oracle evaluates, which takes long to find."""


class OutOfBoundsError(ReferenceFaultError):
    """An index out of bounds.

    Args:
        size: the number of elements that can be indexed.
        needed: the number that the observed indices would need.
        array: the argument that is indexed; empty if the indexed object is not an argument.
        axis: the dimension of the array.
    """

    def __init__(self, size: int, needed: int, array: str = "", axis: int = 0) -> None:
        super().__init__(f"an index out of bounds of {size}" + (f" in {array}" if array else ""))
        self.size, self.needed, self.array, self.axis = size, needed, array, axis


@dataclass(slots=True, kw_only=True)
class Trace:
    """The record of an oracle's runs. Statements and expressions are identified by the ``id`` of their object."""

    first: dict[int, int] = field(default_factory=dict[int, int])
    """The first run that reached each statement or equation."""
    arms: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    """The first run that selected from each arm of an expression, by place and number."""
    whole: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    """Arms that were evaluated, whether selected or not, and whose values are not floating point."""
    left_out: set[int] = field(default_factory=set[int])
    """Places that the tool removes when it makes a text, such as a branch whose condition is then known."""
    order: str | None = None
    """The name of an array whose values depend on the order in which threads run; None if there is none."""
    adjoint_order: str | None = None
    """The name of an array of which several threads store one element, so that its adjoint depends on their order.

    The stored values may be equal, so that the array itself does not depend on the order. None if there is none.
    """
    restored: set[str] = field(default_factory=set[str])
    """Names of arrays that may hold their first values again at the end, such as locks: the kernel changes them by
    atomic operations of several kinds, and uses what these return.
    """
    influence: bool = False
    """Whether to record in ``arms`` which values affect the results, too, as derivatives need. This takes longer."""
    singular: set[int] = field(default_factory=set[int])
    """Numbers of the runs that compute a value at a point without a derivative.

    Examples are the length of a zero vector, and the closest of two points at equal distance, in a thread that changes
    memory afterwards. A gradient through it may be nothing but rounding error, or depend on rounding.
    """
    undefined: dict[int, int] | None = None
    """If not None, where to record, by run, the number of threads that compute a value without a finite derivative.

    Examples are the square root of zero and a quotient by zero. A right text may give NaN there, even if no result
    follows from the value.
    """
    jitter: np.random.Generator | None = None
    """Adds a tiny random number to each floating-point number in float64 that is read from memory, a new one each time.

    What is zero because a number is subtracted from itself is not zero then, but what a kernel limits to zero still is.
    None adds nothing.
    """
    infinity: float | None = None
    """The number to compute with in place of every constant that is infinite or NaN; None for the constant itself."""
    rough: np.random.Generator | None = None
    """Moves numbers in float32 that a text may round otherwise than the oracle, by units in the last place.

    These are operands of built-ins whose products a compiler may fuse with sums, and results of C's library. None moves
    nothing.
    """

    @property
    def is_ordered(self) -> bool:
        """Whether the order in which threads run has no effect on results or adjoints."""
        return self.order is None and self.adjoint_order is None

    def add_order(self, other: "Trace") -> None:
        """Add what another record says of the order in which threads run."""
        self.order = self.order or other.order
        self.adjoint_order = self.adjoint_order or other.adjoint_order

    def add(self, way: "Trace", number: int) -> None:
        """Add the record of a further run.

        Args:
            way: the record of this run alone.
            number: the number of the run among all runs.
        """
        for place in way.first:  # searches for draws depend on the order
            self.first.setdefault(place, number)
        self.arms = dict.fromkeys(way.arms, number) | self.arms
        self.whole |= way.whole
        self.left_out |= way.left_out
        self.add_order(way)


@dataclass(frozen=True, slots=True)
class PerturbedRun:
    """Possible effects of rounding on a run, by the names of results."""

    off: Values
    """Results with every rounded number perturbed by a unit in the last place, and with unchanged decisions."""
    inverted: Sequence[Values]
    """Results of evaluations that invert decisions which rounding may invert: first, all of them at once.

    If there are several such decisions, results with only some of them inverted follow, so that each is inverted once.
    Empty if there is none.
    """
    unsettled: bool = False
    """Whether rounding may invert a decision of control flow, or change which of several elements is the extreme."""


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm of an expression that selects, such as a case of ``where`` or an operand of a maximum."""

    words: str
    """Its name in messages."""
    slopes: bool
    """Whether its value depends on a differentiable input, so that the kernel's derivative depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The coverage of a kernel's statements (or equations) and of the arms of its expressions."""

    places: int
    missed: tuple[str, ...] = ()
    """Descriptions of the uncovered places, in the order of the code."""
    arms: int = 0
    """Number of arms of expressions."""
    untaken: tuple[Arm, ...] = ()
    """The uncovered arms."""
    sloping: tuple[str, ...] = ()
    """Descriptions of the uncovered places whose values depend on a differentiable input."""
    ineffective: tuple[str, ...] = ()
    """Descriptions of computed values that affect no result, though a derivative depends on them (``influence``)."""
    desired: tuple[str, ...] = ()
    """Descriptions of uncovered constants that a derivative rule of the kernel's own selects.

    Points are searched for that cover them, but many are guards that no input reaches, such as a divisor in place of
    zero.
    """
    restored: frozenset[str] = frozenset()
    """Names of arrays that the kernel changes and may restore, such as locks; see ``Trace.restored``."""

    @property
    def underived(self) -> tuple[str, ...]:
        """Descriptions of everything uncovered that a derivative depends on."""
        return (*self.sloping, *(each.words for each in self.untaken if each.slopes), *self.ineffective)

    @property
    def wanted(self) -> tuple[str, ...]:
        """Descriptions of everything uncovered for which points of derivatives are searched."""
        return (*self.underived, *self.desired)

    @property
    def statements(self) -> float:
        """The share of covered statements, from 0 to 1; 1 if there are none."""
        return 1 - len(self.missed) / self.places if self.places else 1.0

    @property
    def share(self) -> float:
        """The share of covered statements and arms, from 0 to 1; 1 if there are none."""
        every = self.places + self.arms
        return 1 - (len(self.missed) + len(self.untaken)) / every if every else 1.0


class Reference(Protocol):
    """The oracle of one kernel."""

    def __call__(
        self, runs: Sequence[Values], *, double: bool, trace: Trace | None = None, group: int = 1
    ) -> Sequence[Values]:
        """Return the results of the kernel on several inputs.

        Args:
            runs: every argument of each run, with the same shapes.
            double: whether to compute in float64 rather than in the kernel's own precision.
            trace: where to record coverage; None to record nothing.
            group: the number of consecutive runs that are steps from the first of them, to measure slopes. Values that
                the kernel excludes from derivatives (``stop_gradient``) are the same in all runs of a group.

        Returns:
            For each run, the values that the outcome of a forward text is compared with.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        ...

    def perturbed(self, runs: Sequence[Values], *, seed: int) -> Sequence[PerturbedRun] | None:
        """Return the possible effects of rounding on each run, in the kernel's own precision.

        Return None if a text performs the same operations as the oracle, with the same rounding.

        Args:
            runs: every argument of each run, with the same shapes.
            seed: the seed of the directions of perturbations.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        ...

    def perturbed_results(self, runs: Sequence[Values], *, seed: int, opposite: bool = False) -> Sequence[Values]:
        """Return ``PerturbedRun.off`` of each run; return an empty list if ``perturbed`` returns None.

        Args:
            runs: every argument of each run, with the same shapes.
            seed: the seed of the directions of perturbations.
            opposite: whether to reverse every direction.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        ...

    def rough_results(
        self, runs: Sequence[Values], *, seed: int, samples: int, decide: bool = False
    ) -> Sequence[Sequence[Values]]:
        """Return results in float64 with a random error in each number that the kernel rounds, for several samples.

        The errors are as large as those of rounding to the nearest, and the same in all runs of a sample. So the
        differences between the runs show how far rounding moves the slopes.

        Args:
            runs: every argument of each run, with the same shapes; they are steps from the first one.
            seed: the seed of the errors.
            samples: the number of samples.
            decide: whether each run decides comparisons by its own numbers, with errors that are three times as large,
                or as the run without errors does.

        Returns:
            For each sample, the results of each run; empty if they are not known.
        """
        ...

    def others(self, runs: Sequence[Values]) -> Sequence[Sequence[Values]]:
        """Return the results for other orders of evaluation that the tool allows, in the kernel's precision.

        Args:
            runs: every argument of each run, with the same shapes.

        Returns:
            For each other order, the results of each run; empty if the tool defines every order.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault in that order.
        """
        ...

    @property
    def unit(self) -> float:
        """The unit in the last place, at 1, of the coarsest numbers in the computation; 0 if rounding does not matter.

        Rounding does not matter if a text performs the same operations as the oracle, with the same rounding.
        """
        ...

    @property
    def work(self) -> float:
        """Approximate number of elements that one evaluation makes and reads, from shapes alone; 0 if unknown."""
        ...

    @property
    def is_of_one_thread(self) -> bool:
        """Whether only one thread runs, in a kernel that reads its thread index; False without threads."""
        ...

    def reached(self, trace: Trace) -> Reached:
        """Return the coverage of the kernel by the recorded runs, without parts that the tool removes from a text."""
        ...
