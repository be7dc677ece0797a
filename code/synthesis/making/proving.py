"""The last two stages: ``plan`` chooses the runs that verify a candidate, ``prove`` makes them.

They are separate from ``stages.py`` so that a run without verification does not import the verification code.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from synthesis.core.errors import Stage, Symptom
from synthesis.core.records import Rejection
from synthesis.core.settings import Making
from synthesis.core.version import __version__
from synthesis.frontends.base import Direction, Frontend
from synthesis.making.candidate import Candidate
from synthesis.making.stages import Terms
from synthesis.verification.claims import refuted_claim
from synthesis.verification.judge import Judgement, rejection_of
from synthesis.verification.twins import plan_at_executed_sizes
from synthesis.verification.verifier import Verifier


def plan(frontend: Frontend, candidates: Sequence[Candidate], making: Making, terms: Terms) -> list[Candidate]:
    """Return candidates with their plans. The caller decides whether verification is wanted."""
    return [_planned(frontend, each, making, terms) for each in candidates]


def _planned(frontend: Frontend, candidate: Candidate, making: Making, terms: Terms) -> Candidate:
    spec, kernel, lowered = candidate.spec, candidate.kernel, candidate.lowered
    if candidate.stopped is not None or candidate.plan is not None or spec is None or kernel is None or lowered is None:
        return candidate
    if terms.useful and (refuted := refuted_claim(spec, kernel)) is not None:
        if terms.weigh:
            detail = f"the kernel file says of an argument what is not so: {refuted}"
            return candidate.stop(Rejection(stage=Stage.VERIFY, symptom=Symptom.NO_INPUTS, detail=detail))
        detail = f"a recipe of irsmith says of the signature what is not so: {refuted}; irsmith {__version__}"
        return candidate.stop(Rejection(stage=Stage.VERIFY, symptom=Symptom.INTERNAL_ERROR, detail=detail))
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
        weigh=terms.weigh,
    )
    return replace(candidate, plan=made)


def prove(
    verifier: Verifier, candidates: Sequence[Candidate], terms: Terms, *, on_outcome: Callable[[], None] | None = None
) -> list[Candidate]:
    """Return candidates with their verdicts. A text that fails is removed from its candidate.

    Args:
        verifier: the verifier of their front end.
        candidates: planned candidates. One without a plan is returned unchanged.
        terms: the requirements on them.
        on_outcome: called for each text that has run.
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
    counts = {level.name for level in made.levels if level.direction is Direction.FORWARD} or set(failed)
    if failed and terms.whole and not verdict.unverified and not counts.intersection(verdict.verified):
        return candidate.stop(rejection_of(made, next(iter(failed.values()))))
    texts = {name: None if name in failed else text for name, text in lowered.texts.items()}
    line_map = {name: runs for name, runs in lowered.line_map.items() if name not in failed}
    rejections = (*lowered.rejections, *(rejection_of(made, problem, name) for name, problem in failed.items()))
    return replace(
        candidate,
        lowered=replace(lowered, texts=texts, line_map=line_map, rejections=rejections),
        judgement=judgement,
    )
