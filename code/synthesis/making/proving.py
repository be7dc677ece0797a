"""The last two steps: ``plan`` chooses the executions that verify a candidate's texts, and ``prove`` makes them.

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
from synthesis.verification.judge import Judgement, needs_rounding, rejection_of
from synthesis.verification.plan import Plan
from synthesis.verification.twins import plan_at_executed_sizes
from synthesis.verification.verifier import Verifier


def plan(
    frontend: Frontend, candidates: Sequence[Candidate], making: Making, terms: Terms, *, measure_rounding: bool = False
) -> list[Candidate]:
    """Return candidates with their plans. The caller decides whether verification is wanted.

    Args:
        frontend: the front end of all candidates.
        candidates: lowered candidates with live kernels. One with a plan is returned unchanged.
        making: the settings that texts and verdicts depend on.
        terms: the requirements on the candidates.
        measure_rounding: whether to measure the effect of rounding (see ``make_plan``).
    """
    return [_planned(frontend, each, making, terms, measure_rounding=measure_rounding) for each in candidates]


def _planned(
    frontend: Frontend, candidate: Candidate, making: Making, terms: Terms, *, measure_rounding: bool
) -> Candidate:
    spec, kernel, lowered = candidate.spec, candidate.kernel, candidate.lowered
    if candidate.stopped is not None or candidate.plan is not None or spec is None or kernel is None or lowered is None:
        return candidate
    if terms.useful and (refuted := refuted_claim(spec, kernel)) is not None:
        if terms.check_power:
            detail = f"the kernel file describes an argument wrongly: {refuted}"
            return candidate.stop(Rejection(stage=Stage.VERIFY, symptom=Symptom.NO_INPUTS, detail=detail))
        detail = f"a recipe of irsmith describes the signature wrongly: {refuted}; irsmith {__version__}"
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
        min_coverage=making.reach,
        check_power=terms.check_power,
        measure_rounding=measure_rounding,
    )
    return replace(candidate, plan=made)


def prove(
    verifier: Verifier,
    candidates: Sequence[Candidate],
    terms: Terms,
    *,
    plan_with_rounding: Callable[[Candidate], Candidate] | None = None,
    on_outcome: Callable[[], None] | None = None,
) -> list[Candidate]:
    """Return candidates with their verdicts. A text that fails is removed from its candidate.

    Args:
        verifier: the verifier of their front end.
        candidates: planned candidates. One without a plan is returned unchanged.
        terms: the requirements on them.
        plan_with_rounding: makes another plan for a candidate, which measures the effect of rounding. It is called if a
            text of the candidate fails and its plan has not measured rounding. None if all plans have measured it.
        on_outcome: called for each text that has run.
    """
    done = list(candidates)
    todo = [place for place, each in enumerate(done) if each.stopped is None and each.plan is not None]
    judgements = _judge(verifier, done, todo, on_outcome)
    again = [place for place in todo if needs_rounding(_plan_of(done[place]), judgements[place])]
    for place in again:
        assert plan_with_rounding is not None, "the plan has not measured rounding"
        done[place] = plan_with_rounding(done[place])
    judgements |= _judge(verifier, done, [place for place in again if done[place].stopped is None], None)
    return [
        each if each.stopped is not None or place not in judgements else _judged(each, judgements[place], terms)
        for place, each in enumerate(done)
    ]


def _judge(
    verifier: Verifier, candidates: Sequence[Candidate], places: Sequence[int], on_outcome: Callable[[], None] | None
) -> dict[int, Judgement]:
    """Return the judgements of the candidates at some positions, by position."""
    judgements = verifier.judge(
        [_plan_of(candidates[place]) for place in places],
        retraced=[candidates[place].retraced for place in places],
        on_outcome=on_outcome,
    )
    return dict(zip(places, judgements, strict=True))


def _plan_of(candidate: Candidate) -> Plan:
    assert candidate.plan is not None
    return candidate.plan


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
