"""A candidate: a kernel on its way to becoming a pair."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from synthesis.core.records import KernelSpec, Pair, Rejection
from synthesis.core.verdicts import Verdict
from synthesis.frontends.base import Kernel, Level, Lowered
from synthesis.frontends.requirements import needs_of

if TYPE_CHECKING:  # imported only where verification is used
    from synthesis.verification.judge import Judgement
    from synthesis.verification.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A kernel and its results so far. Each step returns a new candidate with its own fields filled in."""

    spec: KernelSpec | None
    """The kernel's record; None if the candidate was stopped before it was known, as in a file that fails to import."""
    number: int = 0
    """Position of the candidate among the drawn kernels, the extracted files, or the recorded kernels.

    With the run's seed, it determines the candidate's random choices.
    """
    key: str = ""
    """A key that identifies the kernel, for sources that may yield one kernel several times; empty for the others."""
    device: str = ""
    """The device that the texts are for."""
    levels: tuple[Level, ...] = ()
    """The levels whose texts are made."""
    kernel: Kernel | None = None
    """The live kernel once it is loaded. Removed when the candidate is finished or sent to another process."""
    lowered: Lowered | None = None
    retraced: frozenset[str] = frozenset()
    """Levels whose stored text is known to equal, byte for byte, the text that the source lowers to."""
    plan: "Plan | None" = None
    """The plan of the executions that verify the texts; None if verification is skipped."""
    judgement: "Judgement | None" = None
    stopped: Rejection | None = None
    """The rejection that stopped the candidate. No later step changes a stopped candidate."""

    @property
    def frontend(self) -> str:
        """The name of the candidate's front end; empty if its kernel is not known."""
        return self.spec.frontend if self.spec is not None else ""

    def stop(self, rejection: Rejection) -> "Candidate":
        """Return a copy of the candidate that is stopped by a rejection."""
        return replace(self, stopped=rejection if self.spec is None else rejection.of(self.spec))

    def detached(self) -> "Candidate":
        """Return the candidate without its live kernel, so that it can be sent to another process."""
        return replace(self, kernel=None)


def pair_of(candidate: Candidate, toolchain: Mapping[str, str] | None) -> Pair | Rejection:
    """Return the pair of a finished candidate, or the rejection that stopped it.

    Args:
        candidate: a candidate that has passed every step or was stopped.
        toolchain: the tools that made its texts; ignored if the candidate is stopped.
    """
    if candidate.stopped is not None or toolchain is None:
        assert candidate.stopped is not None, "a pair needs the toolchain of its texts"
        return replace(candidate.stopped, level=None)
    spec, lowered = candidate.spec, candidate.lowered
    assert spec is not None, "a candidate without a kernel is stopped"
    assert lowered is not None, "a candidate that is not lowered is not finished"
    return Pair(
        spec=spec,
        texts=lowered.texts,
        line_map=lowered.line_map,
        device=candidate.device,
        toolchain={**toolchain, **needs_of(spec)},
        verdict=candidate.judgement.verdict if candidate.judgement is not None else Verdict(),
        rejections=tuple(each.of(spec) for each in lowered.rejections),
    )
