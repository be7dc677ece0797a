"""The one route from a kernel's record to a pair: load, lower, plan, prove.

Each stage takes candidates and gives as many, in the same order. It leaves alone what is stopped, and what has its part
already: a source may give candidates that were loaded, lowered or planned where they came from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from synthesis.frontends.base import Frontend, Lowered
from synthesis.making.candidate import Candidate
from synthesis.records import Rejection
from synthesis.settings import Making
from synthesis.verification.judge import Judgement, rejection_of
from synthesis.verification.twins import plan_at_executed_sizes
from synthesis.verification.verifier import Verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked of the candidates of a source."""

    useful: bool
    """Whether every argument has to matter and every output to be written."""
    fresh: bool
    """Whether the texts are made here, and not read from somewhere."""
    whole: bool
    """Whether a candidate all of whose texts fail is stopped, rather than told of text by text."""
    strangers: bool = False
    """Whether the texts are somebody else's, who may mean harm."""


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


def lower(frontend: Frontend, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates with their texts; one without any text is stopped."""
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
            done[place] = _with_texts(each, lowered)
    return done


def _with_texts(candidate: Candidate, lowered: Lowered | Rejection) -> Candidate:
    if isinstance(lowered, Rejection):
        return candidate.stop(lowered)
    if lowered.rejections and not any(lowered.texts.values()):
        return candidate.stop(lowered.rejections[0])
    return replace(candidate, lowered=lowered)


def plan(frontend: Frontend, candidates: Sequence[Candidate], making: Making, terms: Terms) -> list[Candidate]:
    """Candidates with what verification is to run, of those that are to be verified."""
    return [_planned(frontend, each, making, terms) for each in candidates]


def _planned(frontend: Frontend, candidate: Candidate, making: Making, terms: Terms) -> Candidate:
    spec, kernel, lowered = candidate.spec, candidate.kernel, candidate.lowered
    if candidate.stopped is not None or candidate.plan is not None or spec is None or kernel is None or lowered is None:
        return candidate
    if not making.verifies(spec.seed, candidate.number):
        return candidate
    build = making.builds(spec.seed, candidate.number)
    made = plan_at_executed_sizes(
        frontend,
        kernel,
        lowered.texts,
        device=candidate.device,
        useful=terms.useful,
        fresh=terms.fresh,
        build=build,
        least_reach=making.reach,
    )
    return replace(candidate, plan=made)


def prove(
    verifier: Verifier, candidates: Sequence[Candidate], terms: Terms, *, on_outcome: Callable[[], None] | None = None
) -> list[Candidate]:
    """Candidates with what is established of their texts; a text that fails is taken out of them.

    Args:
        verifier: of their front end.
        candidates: planned ones; one without a plan is left as it is.
        terms: what is asked of them.
        on_outcome: told of each text that has run.
    """
    done = list(candidates)
    todo = [(place, each.plan) for place, each in enumerate(candidates) if each.stopped is None and each.plan]
    judgements = verifier.judge(
        [made for _, made in todo],
        retraced=[candidates[place].retraced for place, _ in todo],
        on_outcome=on_outcome,
    )
    for (place, _), judgement in zip(todo, judgements, strict=True):
        done[place] = _judged(candidates[place], judgement, terms)
    return done


def _judged(candidate: Candidate, judgement: Judgement, terms: Terms) -> Candidate:
    made, lowered = candidate.plan, candidate.lowered
    assert made is not None
    assert lowered is not None
    if judgement.problem is not None:
        return candidate.stop(rejection_of(made, judgement.problem))
    failed, verdict = judgement.failed, judgement.verdict
    if failed and terms.whole and not verdict.verified and not verdict.unverified:
        return candidate.stop(rejection_of(made, next(iter(failed.values()))))
    texts = {name: None if name in failed else text for name, text in lowered.texts.items()}
    line_map = {name: runs for name, runs in lowered.line_map.items() if name not in failed}
    rejections = (*lowered.rejections, *(rejection_of(made, problem, name) for name, problem in failed.items()))
    return replace(
        candidate,
        lowered=replace(lowered, texts=texts, line_map=line_map, rejections=rejections),
        judgement=judgement,
    )
