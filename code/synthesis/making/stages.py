"""The one route from a kernel's record to a pair: load and lower, which are here, then plan and prove (``proving.py``).

Each stage takes candidates and gives as many, in the same order. It leaves alone what is stopped, and what has its part
already: a source may give candidates that were loaded, lowered or planned where they came from.
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
    """What is asked of the candidates of a source."""

    useful: bool
    """Whether every argument has to matter and every output to be written."""
    fresh: bool
    """Whether the texts are made here, and not read from somewhere."""
    whole: bool
    """Whether a candidate none of whose forward texts passes is stopped, rather than told of text by text."""
    strangers: bool = False
    """Whether the texts are somebody else's, who may mean harm."""
    weigh: bool = False
    """Whether it is to be told if inputs tell too little, as those may that a user chose."""


def load(frontend: Frontend, candidates: Sequence[Candidate], *, together: int = 1) -> list[Candidate]:
    """Candidates with their live kernels; ``together`` neighbours may share a module, which changes none of them."""
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
    """Candidates with their texts; one without any text is stopped, and so is one with a text that is too long.

    Args:
        frontend: of all of them.
        candidates: loaded ones are lowered.
        max_lines: most lines of a text of one of the default levels; 0 for any number.
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
