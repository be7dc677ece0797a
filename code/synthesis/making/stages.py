"""The steps from a kernel's record to a pair: load and lower (in this module), then plan and prove (``proving.py``).

Each step takes candidates and returns one for each, in the same order. It leaves stopped candidates unchanged, and
those that already have its result, because a source may yield candidates that are already loaded, lowered or planned.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from synthesis.core.errors import Stage, Symptom
from synthesis.core.records import Rejection
from synthesis.frontends.base import Frontend, Lowered
from synthesis.making.candidate import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The requirements on the candidates of a source."""

    useful: bool
    """Whether every argument must have an effect and every output must be written."""
    fresh: bool
    """Whether the texts are made here rather than read from storage."""
    whole: bool
    """Whether a candidate without a passing forward text is stopped. Otherwise each of its failed texts is reported."""
    untrusted: bool = False
    """Whether the texts are untrusted."""
    check_power: bool = False
    """Whether to check that the inputs detect wrong texts, because a user may have chosen them."""


def load(frontend: Frontend, candidates: Sequence[Candidate], *, together: int = 1) -> list[Candidate]:
    """Return the candidates with their kernels loaded; one whose kernel cannot be loaded is stopped.

    Up to ``together`` adjacent candidates share a Python module. No kernel depends on that.
    """
    done = list(candidates)
    todo = [
        (place, each.spec)
        for place, each in enumerate(candidates)
        if each.stopped is None and each.spec is not None and each.kernel is None and each.plan is None
    ]
    for start in range(0, len(todo), together):
        group = todo[start : start + together]
        for (place, _), kernel in zip(group, frontend.compiler.load([spec for _, spec in group]), strict=True):
            stopped = isinstance(kernel, Rejection)
            done[place] = done[place].stop(kernel) if stopped else replace(done[place], kernel=kernel)
    return done


def lower(frontend: Frontend, candidates: Sequence[Candidate], *, max_lines: int = 0) -> list[Candidate]:
    """Return the candidates with their texts. A candidate with no text, or with a text that is too long, is stopped.

    Args:
        frontend: the front end of all candidates.
        candidates: the candidates. Those without a live kernel are returned unchanged.
        max_lines: maximum number of lines of a text at a default level; 0 for no limit.
    """
    done = list(candidates)
    todo = [
        (place, each, each.kernel)
        for place, each in enumerate(candidates)
        if each.stopped is None and each.lowered is None and each.kernel is not None
    ]
    for (device, levels), neighbours in groupby(todo, key=lambda each: (each[1].device, each[1].levels)):
        group = list(neighbours)
        texts = frontend.compiler.lower([kernel for _, _, kernel in group], levels, device=device)
        for (place, each, _), lowered in zip(group, texts, strict=True):
            done[place] = _with_texts(frontend, each, lowered, max_lines)
    return done


def _with_texts(frontend: Frontend, candidate: Candidate, lowered: Lowered | Rejection, max_lines: int) -> Candidate:
    if isinstance(lowered, Rejection):
        return candidate.stop(lowered)
    for name, text in lowered.texts.items():
        if max_lines and text is not None and frontend.level(name).default and text.count("\n") > max_lines:
            detail = f"{name} has {text.count(chr(10)):,} lines; at most {max_lines:,} are allowed (--max-lines)"
            return candidate.stop(Rejection(stage=Stage.LOWER, symptom=Symptom.TOO_LONG, detail=detail))
    if lowered.rejections and not any(lowered.texts.values()):
        return candidate.stop(lowered.rejections[0])
    return replace(candidate, lowered=lowered)
