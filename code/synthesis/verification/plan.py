"""The plan of the runs that verify a kernel's texts, with their expected results, as ``planning.py`` makes it.

A plan holds no live object, so it can be sent from the process that has the kernel to the one that judges.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from synthesis.core.errors import Symptom
from synthesis.core.records import KernelSpec
from synthesis.core.verdicts import Unproved
from synthesis.frontends.base import Direction, Level, Program, Values
from synthesis.verification.points import NothingToCheck, Point
from synthesis.verification.reach import SHARE, Reach
from synthesis.verification.tangents import Tangents
from synthesis.verification.tolerances import Expected

OUTSIDE_DOMAIN = "on the inputs drawn"
"""The end of the reason why nothing can be verified on the drawn inputs, although other inputs might do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """The reason a kernel or one of its texts failed verification."""

    symptom: Symptom
    detail: str
    trap: str | None = None
    """The kind of construct in the kernel whose derivatives the tool is known to get wrong; None if there is none."""
    of_forward: bool = False
    """Whether the problem is that of the forward text, and the derivative itself is not known to be wrong."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """A run in which one array is passed as two arguments."""

    inputs: Values
    read: str
    written: str
    expected: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The verification of one kernel's texts, before they have run."""

    spec: KernelSpec
    """The kernel's record, with the fields of structs that hold arrays as arguments."""
    levels: tuple[Level, ...]
    """The levels of the texts to verify."""
    programs: tuple[Program, ...] = ()
    problem: Problem | None = None
    """Why the whole kernel is rejected; None if it is not."""
    unknown: Unproved | None = None
    """Why nothing can be verified; None if something may be."""
    unavailable: Mapping[str, Unproved] = field(default_factory=dict[str, Unproved])
    """Level to the reason why its text cannot be executed here."""
    draws: Expected | None = None
    """The expected results of the runs for ``Purpose.DRAW``."""
    overlap: Overlap | None = None
    points: tuple[Point, ...] | NothingToCheck = ()
    tangents: tuple[Tangents, ...] | NothingToCheck | None = None
    trap: str | None = None
    """The kind of construct in the kernel whose derivatives the tool is known to get wrong; None if there is none."""
    fresh: bool = True
    """Whether the texts have just been lowered from the source."""
    reach: Reach | None = None
    """How much of the kernel the runs for ``Purpose.DRAW`` reach; None if nothing can be verified."""
    measured: bool = True
    """Whether the effect of rounding has been measured. If not, a text that fails must be judged by a plan that did."""
    order: Unproved | None = None
    """Why no CUDA text and no derivative counts as verified: results depend on the order of threads. Else None."""
    least_reach: float = SHARE
    """The share of the kernel that the runs for ``Purpose.DRAW`` must reach for anything to count as verified."""
    beyond: Mapping[Direction, Unproved] = field(default_factory=dict[Direction, Unproved])
    """Direction to the reason why its derivatives do not count as verified: a part of them was not reached."""
    weighed: bool = False
    """Whether wrong variants of a text are run too, to check that the inputs tell them from the right one."""
    weak: Unproved | None = None
    """Why the inputs tell too little, as far as that is known before anything runs; else None."""
    seconds: float = field(default=0.0, compare=False)
    """Seconds spent on planning, including the reference."""
