"""Decides which texts are verified, as a pure function of a plan and the outcomes of running its texts."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from synthesis.core.errors import Stage, Symptom
from synthesis.core.records import Rejection
from synthesis.core.signatures import Role
from synthesis.core.verdicts import Gradient, GradientStatus, Hindrance, Unproved, Verdict
from synthesis.frontends.base import Direction, Level, Outcome, Program, Purpose, Values
from synthesis.frontends.failures import detail_of
from synthesis.verification.comparison import compare
from synthesis.verification.gradients import (
    GradientResult,
    adjoint_error,
    by_convention,
    changed_array,
    check_backward,
    precisions_of,
    tolerance_for,
)
from synthesis.verification.lowered import judge_lowered
from synthesis.verification.plan import Plan, Problem
from synthesis.verification.points import NothingToCheck
from synthesis.verification.tangents import check_pullbacks, check_tangents

_NOT_READ = (Symptom.NO_REFERENCE, Symptom.SYNTAX_ERROR)
"""Symptoms of a text that its executor cannot read, although it may be what its tool printed."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result of judging a kernel's texts."""

    verdict: Verdict
    failed: Mapping[str, Problem]
    """Maps a level to the reason why its text failed."""
    problem: Problem | None = None
    """The reason why the whole kernel is rejected; None if it is not."""


def rejection_of(plan: Plan, problem: Problem, level: str | None = None) -> Rejection:
    """Return the rejection of a plan's kernel, or of the text of one of its levels."""
    detail = problem.detail
    if problem.symptom is Symptom.NOT_DIFFERENTIABLE:
        detail = f"no gradient to check: {detail}"
    if problem.trap is not None:
        detail = f"{detail}; the kernel has {problem.trap}"
    return Rejection(stage=Stage.VERIFY, symptom=problem.symptom, detail=detail, level=level).of(plan.spec)


def judge(plan: Plan, outcomes: Sequence[Outcome | Rejection], *, retraced: Collection[str] = ()) -> Judgement:
    """Judge the texts of a plan by their outcomes.

    Args:
        plan: the plan.
        outcomes: the outcome of each of the plan's ``programs``, or the reason why it could not be run.
        retraced: the levels whose texts are known to be what the source lowers to.
    """
    began = time.perf_counter()
    if plan.problem is not None:
        return Judgement(Verdict(), {}, plan.problem)
    if plan.unknown is not None:
        unverified = {level.name: plan.unknown for level in plan.levels}
        return Judgement(Verdict(gradient=_unchecked(plan), unverified=unverified), {})
    executed, failed, built = _split_outcomes(plan, outcomes)
    unverified = {name: reason for name, reason in plan.unavailable.items() if name not in failed}
    errors: dict[str, float] = {}
    hindrance = plan.coverage.hindrance(plan.min_coverage) if plan.coverage is not None else None
    for level in sorted(plan.levels, key=lambda each: bool(each.lowered_from)):
        if level.name in unverified or level.name in failed:
            continue
        if level.lowered_from:
            found = judge_lowered(level, _lowered_of(plan, level, executed), errors, unverified, failed)
        else:
            found = _judge_executed(plan, level, executed, hindrance, retraced)
        if isinstance(found, Problem):
            failed[level.name] = found
        elif isinstance(found, Unproved):
            unverified[level.name] = found
        else:
            errors[level.name] = found
    for level in plan.levels:  # a text that cannot be run is wrong too if the same text in another language is wrong
        reason = unverified.get(level.name)
        wrong = _wrong_elsewhere(plan, level, failed) if reason is not None and reason.needs_gpu else None
        if wrong is not None:
            failed[level.name] = wrong
            del unverified[level.name]
    refused = refused_with_forward(plan, failed)
    failed |= refused
    errors = {name: error for name, error in errors.items() if name not in refused}
    unverified = {name: reason for name, reason in unverified.items() if name not in refused}
    verdict = Verdict(
        verified=tuple(errors),
        lowered={
            level.name: level.lowered_from for level in plan.levels if level.lowered_from and level.name in errors
        },
        gradient=_gradient(plan, errors, unverified, failed, executed),
        unverified=unverified,
        reached=plan.coverage.share if plan.coverage is not None else 0.0,
        figures=_figures(plan, errors, built, time.perf_counter() - began),
    )
    return Judgement(verdict, failed)


def _lowered_of(
    plan: Plan, level: Level, executed: Mapping[str, Outcome | Rejection]
) -> tuple[Program, Outcome | Rejection] | None:
    """Return the ``Program`` that lowers another text again to verify this one, with its outcome; None if missing."""
    program = next((each for each in plan.programs if each.level == level), None)
    return None if program is None else (program, executed[level.name])


def _judge_executed(
    plan: Plan,
    level: Level,
    executed: Mapping[str, Outcome | Rejection],
    hindrance: Unproved | None,
    retraced: Collection[str],
) -> float | Unproved | Problem:
    """Return the largest relative error of a verified text, the reason why it failed, or why it is unverified.

    Args:
        plan: the plan.
        level: the level of the text.
        executed: the outcomes of the texts that were run.
        hindrance: why no text counts as verified even if it passes; None if it may.
        retraced: the levels whose texts are known to be what the source lowers to.
    """
    found = judge_level(plan, level, executed.get(level.name), retraced)
    if level.direction is Direction.BACKWARD and isinstance(found, float):
        found = _changed(plan, level, executed) or found
    if not isinstance(found, float):
        return found
    return hindrance or _hindrance_of(plan, level) or plan.weak or found


def _split_outcomes(
    plan: Plan, outcomes: Sequence[Outcome | Rejection]
) -> tuple[dict[str, Outcome | Rejection], dict[str, Problem], int]:
    """Sort the outcomes of the plan's ``programs`` by what was done with their texts.

    Returns:
        the outcomes of texts that were not only compiled, by level name; the reasons why others did not compile, by
        level name; and the number of the others that did compile, without those whose ``sketched`` is set.
    """
    executed: dict[str, Outcome | Rejection] = {}
    failed: dict[str, Problem] = {}
    built = 0
    for program, outcome in zip(plan.programs, outcomes, strict=True):
        if not program.compile_only:
            executed[program.level.name] = outcome
        elif isinstance(outcome, Rejection):
            failed[program.level.name] = Problem(outcome.symptom, outcome.detail)
        else:
            built += not program.sketched
    return executed, failed, built


def refused_with_forward(plan: Plan, failed: Mapping[str, Problem]) -> dict[str, Problem]:
    """Return problems for the derivatives that did not fail themselves, but whose forward text failed.

    The forward text has the same language, maker and device as the derivative.
    """
    forward = {_kind_of(level): level.name for level in plan.levels if level.direction is Direction.FORWARD}
    refused: dict[str, Problem] = {}
    for level in plan.levels:
        name = forward.get(_kind_of(level), "")
        if level.name in failed or name == level.name or name not in failed:
            continue
        detail = f"{name} of the same kernel is refused: {failed[name].detail}"
        refused[level.name] = Problem(failed[name].symptom, detail, of_forward=True)
    return refused


def _kind_of(level: Level) -> tuple[str, str, str | None]:
    """Return the properties that a forward text shares with its derivatives."""
    return level.language.name, level.made_by, level.device


def _hindrance_of(plan: Plan, level: Level) -> Unproved | None:
    """Return why a passing text of this level does not count as verified; None if it does."""
    if plan.order is not None and (level.device != "cpu" or level.direction is not Direction.FORWARD):
        return plan.order
    if plan.adjoint_order is not None and level.device != "cpu" and level.direction is Direction.BACKWARD:
        return plan.adjoint_order
    return plan.beyond.get(level.direction)


def passes_forward(plan: Plan, outcome: Outcome | Rejection) -> bool:
    """Return whether a variant of a forward text gives the results that are expected of the right text."""
    if isinstance(outcome, Rejection):
        return False
    try:
        return not isinstance(_compare_forward(plan, outcome), Problem)
    except (KeyError, ValueError, TypeError):
        return False


def disproved(judgement: Judgement, reason: Unproved) -> Judgement:
    """Return the judgement with every verified text made unverified, for a reason."""
    verdict = judgement.verdict
    unverified = {**verdict.unverified, **dict.fromkeys(verdict.verified, reason)}
    gradient = verdict.gradient
    if gradient.status is GradientStatus.AGREES:
        gradient = Gradient(GradientStatus.NOT_APPLICABLE, str(reason))
    return replace(
        judgement, verdict=replace(verdict, verified=(), lowered={}, unverified=unverified, gradient=gradient)
    )


WRONG = (Symptom.WRONG_RESULT, Symptom.WRONG_GRADIENT)
"""Symptoms of a text whose results are wrong."""


def needs_rounding(plan: Plan, judgement: Judgement) -> bool:
    """Return whether a text failed that may pass once the effect of rounding is measured.

    Args:
        plan: the plan; if it measured rounding, the result is False.
        judgement: the judgement of its programs.
    """
    return not plan.measured and any(problem.symptom in WRONG for problem in judgement.failed.values())


def _wrong_elsewhere(plan: Plan, level: Level, failed: Mapping[str, Problem]) -> Problem | None:
    """Return the problem of another text with the same ``direction`` whose gradient is wrong; None if there is none."""
    for other in plan.levels:
        problem = failed.get(other.name)
        if problem is not None and other.direction is level.direction and problem.symptom is Symptom.WRONG_GRADIENT:
            return replace(problem, detail=f"{other.name} of the same statements: {problem.detail}")
    return None


def judge_level(
    plan: Plan, level: Level, outcome: Outcome | Rejection | None, retraced: Collection[str]
) -> float | Unproved | Problem:
    """Return the largest relative error of a text that passed, or why it failed or could not be judged."""
    if outcome is None:
        why = plan.points if level.direction is Direction.BACKWARD else plan.tangents
        assert isinstance(why, NothingToCheck), f"{level.name} has no outcome"
        return Problem(Symptom.NOT_DIFFERENTIABLE, why.reason)
    if isinstance(outcome, Rejection):
        if outcome.symptom in _NOT_READ and (plan.fresh or level.name in retraced):
            detail = f"retraced from the source, the same bytes; {outcome.detail}"
            return Unproved(Hindrance.RETRACED, detail)
        return Problem(outcome.symptom, outcome.detail)
    try:
        return _compare_level(plan, level, outcome)
    except (KeyError, ValueError, TypeError) as error:  # arrays with other names, shapes or types
        return Problem(Symptom.WRONG_RESULT, f"its results do not have the kernel's arrays: {detail_of(error)}")


def _compare_level(plan: Plan, level: Level, outcome: Outcome) -> float | Problem:
    assert plan.draws is not None
    signature, forward, unit = plan.spec.signature, _forward_tolerance(plan), plan.draws.unit
    match level.direction:
        case Direction.FORWARD:
            return _compare_forward(plan, outcome)
        case Direction.BACKWARD:
            assert not isinstance(plan.points, NothingToCheck)
            precisions = precisions_of(signature, forward, unit)
            found = check_backward(outcome, plan.points, precisions)
            if found.problem is None and isinstance(plan.tangents, tuple):
                again = check_pullbacks(outcome, plan.tangents, precisions)
                found = replace(again, directions=found.directions, error=max(found.error, again.error))
            wrong = adjoint_error(outcome, plan.points) if found.problem is None else None
            if wrong is not None:
                found = GradientResult(0, found.error, wrong)
            return _derivative(plan, found, level)
        case Direction.TANGENT:
            assert isinstance(plan.tangents, tuple)
            values, tolerance = _runs_for(Purpose.TANGENT, outcome), tolerance_for(signature, forward, unit)
            return _derivative(plan, check_tangents(values, plan.tangents, tolerance, forward), level)


def _forward_tolerance(plan: Plan) -> float:
    """Return the largest relative tolerance of the arrays that the kernel may write, and of its results."""
    assert plan.draws is not None
    inputs = {each.name for each in plan.spec.signature.arguments if each.role is Role.INPUT}
    return max((each for name, each in plan.draws.tolerance.items() if name not in inputs), default=0.0)


def _compare_forward(plan: Plan, outcome: Outcome) -> float | Problem:
    assert plan.draws is not None
    found = compare(_runs_for(Purpose.DRAW, outcome), plan.draws)
    if found.mismatch is not None:
        return Problem(Symptom.WRONG_RESULT, str(found.mismatch))
    if not found.elements:
        return Problem(Symptom.WRONG_RESULT, "nothing was compared")
    if plan.overlap is not None:
        again = compare(_runs_for(Purpose.OVERLAP, outcome), plan.overlap.expected)
        if again.mismatch is not None:
            names = f"with one array as {plan.overlap.read} and {plan.overlap.written}"
            return Problem(Symptom.WRONG_RESULT, f"{names}: {again.mismatch}")
    return found.error


def _changed(plan: Plan, level: Level, executed: Mapping[str, Outcome | Rejection]) -> Problem | None:
    """Return the problem of a backward text that changed arrays other than adjoints; None if it changed none."""
    signature, outcome = plan.spec.signature, executed[level.name]
    if signature.results or isinstance(outcome, Rejection):
        return None
    program = next(each for each in plan.programs if each.level == level and not each.compile_only)
    forward = None if program.follows is None else executed[plan.programs[program.follows].level.name]
    for key, after in outcome.items():
        left = {} if forward is None or isinstance(forward, Rejection) else forward[replace(key, variant=0)]
        name = changed_array(signature, {**program.runs[key], **left}, after, exempt=program.accumulated)
        if name is not None:
            return Problem(Symptom.WRONG_GRADIENT, f"it changes {name}, which is not an adjoint", plan.trap)
    return None


def _runs_for(purpose: Purpose, outcome: Outcome) -> list[Values]:
    """Return the final values of the runs for a purpose, in the order of their indices."""
    keys = sorted((key for key in outcome if key.purpose is purpose), key=lambda key: key.number)
    return [outcome[key] for key in keys]


def _derivative(plan: Plan, result: GradientResult, level: Level) -> float | Problem:
    wrong = result.problem or plan.wrong_rules.get(level.direction)
    if wrong is None and result.directions:
        return result.error
    return Problem(Symptom.WRONG_GRADIENT, wrong or "nothing was compared", plan.trap)


def _unchecked(plan: Plan) -> Gradient:
    derivatives = any(level.direction is not Direction.FORWARD for level in plan.levels)
    return Gradient(GradientStatus.NOT_CHECKED if derivatives else GradientStatus.NONE)


def _gradient(
    plan: Plan,
    verified: Collection[str],
    unverified: Mapping[str, Unproved],
    failed: Mapping[str, Problem],
    executed: Mapping[str, Outcome | Rejection],
) -> Gradient:
    """Return the gradient status of the row.

    A failure takes precedence over agreement, and agreement over texts that could not be run.
    """
    names = [level.name for level in plan.levels if level.direction is not Direction.FORWARD]
    if not names:
        return Gradient(GradientStatus.NONE)
    for name in names:
        if name in failed and not failed[name].of_forward:
            if failed[name].symptom is Symptom.NOT_DIFFERENTIABLE:
                return Gradient(GradientStatus.NOT_APPLICABLE, failed[name].detail)
            return Gradient(GradientStatus.DISAGREES, failed[name].trap or "")
    if any(name in verified for name in names):
        kept = [each for name in names if name in verified for each in _by_convention(plan, executed[name])]
        if kept:
            why = f"the adjoint of {', '.join(dict.fromkeys(kept))} is kept where an atomic replaces what it held"
            return Gradient(GradientStatus.CONVENTION, why)
        return Gradient(GradientStatus.AGREES)
    why = next((str(unverified[name]) for name in names if name in unverified), "")
    return Gradient(GradientStatus.NOT_APPLICABLE, why or failed[names[0]].detail)


def _by_convention(plan: Plan, outcome: Outcome | Rejection) -> list[str]:
    points = plan.points
    if isinstance(points, NothingToCheck) or isinstance(outcome, Rejection):
        return []
    if any(key.purpose is not Purpose.POINT for key in outcome):
        return []  # a tangent text
    return by_convention(outcome, points)


def _figures(plan: Plan, errors: Mapping[str, float], built: int, seconds: float) -> dict[str, float]:
    figures = {"max_error": max(errors.values(), default=0.0), "seconds": plan.seconds + seconds}
    if plan.draws is not None:
        tried = len(plan.draws.double) + (plan.overlap is not None)
        figures |= {"tolerance": plan.draws.largest_allowance, "inputs_tried": float(tried)}
    return figures | ({"compiled_to_ptx": float(built)} if built else {})
