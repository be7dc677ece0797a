"""Records of the plan by which a kernel's texts are verified, which ``planning.py`` makes.

A plan holds only data, so it can be sent from the process that has the kernel to the one that judges.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from synthesis.core.errors import Symptom
from synthesis.core.records import KernelSpec
from synthesis.core.verdicts import Unproved
from synthesis.frontends.base import Direction, Level, Program, Values
from synthesis.verification.coverage import SHARE, Coverage
from synthesis.verification.points import NothingToCheck, Point
from synthesis.verification.tangents import Tangents
from synthesis.verification.tolerances import Expected

OUTSIDE_DOMAIN = "on the inputs drawn"
"""The end of the message that nothing can be verified on the drawn inputs. Other inputs may be tried."""


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
    """The runs that verify one kernel's texts, with their expected results."""

    spec: KernelSpec
    """The kernel's record, with the arrays of structs as separate arguments."""
    levels: tuple[Level, ...]
    """The levels of the texts to verify."""
    programs: tuple[Program, ...] = ()
    problem: Problem | None = None
    """The reason why the whole kernel is rejected; None if it is not."""
    unknown: Unproved | None = None
    """The reason why nothing can be verified; None if something may be."""
    unavailable: Mapping[str, Unproved] = field(default_factory=dict[str, Unproved])
    """Maps a level to the reason why its text cannot be executed here."""
    draws: Expected | None = None
    """The expected results of the runs for ``Purpose.DRAW``."""
    overlap: Overlap | None = None
    points: tuple[Point, ...] | NothingToCheck = ()
    tangents: tuple[Tangents, ...] | NothingToCheck | None = None
    trap: str | None = None
    """The kind of construct in the kernel whose derivatives the tool is known to get wrong; None if there is none."""
    fresh: bool = True
    """Whether the texts have just been lowered from the source."""
    coverage: Coverage | None = None
    """The kernel's coverage by the runs for ``Purpose.DRAW``; None if nothing can be verified."""
    measured: bool = True
    """Whether the effect of rounding has been measured.

    If not, a text that fails must be judged again by a plan that has measured it.
    """
    order: Unproved | None = None
    """Set if results depend on the order of threads. No CUDA text and no derivative then counts as verified."""
    adjoint_order: Unproved | None = None
    """Set if adjoints depend on the order of threads. No backward text of a GPU then counts as verified."""
    min_coverage: float = SHARE
    """The smallest coverage by the runs for ``Purpose.DRAW`` at which a text counts as verified."""
    beyond: Mapping[Direction, Unproved] = field(default_factory=dict[Direction, Unproved])
    """Maps a direction of texts, such as ``BACKWARD``, to the reason why they do not count as verified.

    It has an entry if the points do not cover the code that the derivatives depend on.
    """
    wrong_rules: Mapping[Direction, str] = field(default_factory=dict[Direction, str])
    """Maps a direction of derivatives to a message, if the kernel's own rules for them are wrong in float64.

    It is known only for kernels that compute in 16 bits, whose texts have a large tolerance.
    """
    check_power: bool = False
    """Whether wrong variants of a text are also run, to check that the inputs detect them."""
    weak: Unproved | None = None
    """The reason why the inputs cannot detect wrong texts, if it is known before anything runs; None otherwise."""
    seconds: float = field(default=0.0, compare=False)
    """Seconds spent on planning, including the reference."""
