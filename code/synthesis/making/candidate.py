"""A candidate: a kernel on its way to becoming a pair."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from synthesis.core.records import KernelSpec, Pair, Rejection, Verdict
from synthesis.frontends.base import Kernel, Level, Lowered
from synthesis.frontends.requirements import needs_of

if TYPE_CHECKING:  # what verifies is imported where something is verified
    from synthesis.verification.judge import Judgement
    from synthesis.verification.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A kernel and what has been made of it so far; each stage gives a new one with its own part filled in."""

    spec: KernelSpec | None
    """None only of one that is stopped before it is known, as a file that does not import is."""
    number: int = 0
    """Its place in its source; with the seed it decides what is sampled."""
    key: str = ""
    """What tells it from all others, where its source may meet it twice."""
    device: str = ""
    """What the texts are for."""
    levels: tuple[Level, ...] = ()
    """The levels to make."""
    kernel: Kernel | None = None
    """The live kernel, once it is loaded; gone again when the candidate leaves its process or is finished."""
    lowered: Lowered | None = None
    retraced: frozenset[str] = frozenset()
    """Levels whose texts, read from somewhere, are known to be what the source lowers to."""
    plan: "Plan | None" = None
    """What verification is to run; None if it is left out."""
    judgement: "Judgement | None" = None
    stopped: Rejection | None = None
    """What stopped it; no stage touches it after that."""

    @property
    def frontend(self) -> str:
        """The name of its front end; empty if that is not known."""
        return self.spec.frontend if self.spec is not None else ""

    def stop(self, rejection: Rejection) -> "Candidate":
        """The candidate, stopped."""
        return replace(self, stopped=rejection if self.spec is None else rejection.of(self.spec))

    def detached(self) -> "Candidate":
        """The candidate without its live kernel: it can travel to another process."""
        return replace(self, kernel=None)


def pair_of(candidate: Candidate, toolchain: Mapping[str, str] | None) -> Pair | Rejection:
    """The pair of a finished candidate, or why there is none.

    Args:
        candidate: one that has passed every stage, or is stopped.
        toolchain: the tools that made its texts; not asked for where it is stopped.
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
