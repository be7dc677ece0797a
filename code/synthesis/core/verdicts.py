"""The results of verification: levels verified, reasons why a text is not verified, and the check of gradients.

The records are frozen and compare by value. They do not depend on a front end.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NOT_REQUESTED = "not asked for"
"""The reason why a text is not verified if verification was not requested."""


def kind_of(reason: str) -> str:
    """Return the general part of a reason why a text is not verified: the words before the first colon or semicolon."""
    return re.split("[:;] ", reason, maxsplit=1)[0]


class Hindrance(StrEnum):
    """The reason why a text could not be verified by execution. None of these is an error in the text."""

    NEEDS_GPU = "needs a GPU"
    NOT_EXECUTED = "not executed"
    """No executor for the text's level is available."""
    NO_INPUTS = "no inputs"
    """A shape, a domain or the launch dimensions are not known."""
    NO_REFERENCE = "no reference"
    """The reference does not support the kernel."""
    OUTSIDE_DOMAIN = "outside its domain"
    """The kernel fails on the drawn inputs, for which it may not have been written."""
    NOT_REACHED = "not reached"
    """On the drawn inputs, too much of the kernel was not executed or changed nothing."""
    DEPENDS_ON_ORDER = "depends on order"
    """Threads update an element in ways that do not commute, and their order on a GPU is not defined."""
    INPUTS_NOT_DISCRIMINATING = "the inputs tell too little"
    """On the drawn inputs, wrong texts give the same results as the right one."""
    NOT_SELF_CONTAINED = "not self-contained"
    """The source alone does not define the kernel."""
    NEEDS_LIBRARY = "needs a library"
    """The source imports a library that is not trusted, or not installed in the right version."""
    NOT_PLAIN = "its source does more than define a kernel"
    """The source does more than define a kernel. If it ran, it could change how the kernel is judged."""
    TOO_DEAR = "too dear to run at its own sizes"
    """Only a twin at small sizes could be run, and the text may differ from the twin's in more than sizes."""
    NEEDS_ITS_TOOLS = "needs the tools that made it"
    """Tools other than the installed ones made the text, and the installed ones cannot read it."""
    RETRACED = "retraced"
    """The text could not be executed, but the source lowers to the same text, byte for byte."""


@dataclass(frozen=True, slots=True)
class Unproved:
    """The reason why a text, or a whole kernel, could not be verified."""

    hindrance: Hindrance
    detail: str = ""

    def __str__(self) -> str:
        """Return the reason as text, for a row and for users."""
        return self.detail or str(self.hindrance)

    @property
    def needs_gpu(self) -> bool:
        """Whether the text could not be verified because that needs a GPU."""
        return self.hindrance is Hindrance.NEEDS_GPU


class GradientStatus(StrEnum):
    """The result of checking a row's derivative texts."""

    AGREES = "agrees"
    CONVENTION = "convention"
    """The derivatives agree, except for adjoints with a different convention in the tool; see docs/verification.md."""
    DISAGREES = "disagrees"
    NOT_APPLICABLE = "not_applicable"
    """No derivative could be checked. The reason follows the status."""
    NONE = "none"
    """The row has no derivative text."""
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Gradient:
    """The result of checking a row's derivatives."""

    status: GradientStatus
    why: str = ""
    """The construct whose derivative the tool gets wrong, or why there was nothing to check."""

    def __str__(self) -> str:
        """Return the text in a row: ``agrees``, ``disagrees: why`` …"""
        return f"{self.status}: {self.why}" if self.why else str(self.status)


NOT_CHECKED = Gradient(GradientStatus.NOT_CHECKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The result of verification for each level."""

    verified: tuple[str, ...] = ()
    """The levels whose stored text is verified, by execution except for those in ``lowered``."""
    lowered: Mapping[str, str] = field(default_factory=dict[str, str])
    """Maps a verified level to the verified level whose stored text, lowered again, gave the same bytes."""
    gradient: Gradient = NOT_CHECKED
    unverified: Mapping[str, Unproved] = field(default_factory=dict[str, Unproved])
    """Levels that could not be executed, with the reasons. Their texts are neither verified nor known to be wrong."""
    reached: float = 0.0
    """Coverage: the share of statements executed, or of outputs that changed, whichever is less; 0 if nothing was run.
    """
    figures: Mapping[str, float] = field(default_factory=dict[str, float], compare=False)
    """Measurements: ``max_error``, ``tolerance``, ``inputs_tried``, ``seconds``. They are not part of a row."""


NO_VERDICT = Verdict()
"""The verdict of a pair that has not been verified."""
