"""Derives the score of a text and its message from the results of its runs. Messages contain no inputs or results."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from synthesis.core.errors import Symptom
from synthesis.core.formats import numpy_dtype
from synthesis.core.records import Rejection
from synthesis.core.signatures import Signature
from synthesis.frontends.base import Direction, Level, Outcome, Program, Purpose, Values
from synthesis.scoring.agreement import agreement_of
from synthesis.scoring.scores import Refusal, Score, Step
from synthesis.scoring.starts import with_other_starts
from synthesis.verification.judge import judge
from synthesis.verification.plan import Plan, Problem
from synthesis.verification.tangents import right_results

_LONGEST = 300
_PLACES = re.compile(r"(?:/[\w.+~-]+){2,}/?|0x[0-9a-fA-F]{5,}")
"""Matches paths and addresses."""
_MARK = re.compile(r"\bvar_own_(?=\w)")
_NUMBERS_AFTER = re.compile(
    r"(?:: | )the (?:slope|result) is .*|: expected .*|; the array's root mean square error.*", re.DOTALL
)
_HARM = {Symptom.TIMEOUT: "it did not end in time", Symptom.CRASH: "it crashed"}
_OUTSIDE = "writes outside its arrays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A text that is run in place of a row's own."""

    plan: Plan
    """The row's plan. Its ``programs`` are those in ``before``, then ``program``."""
    before: tuple[Program, ...]
    """The row's own forward text, if the text is run after it."""
    program: Program
    apart: bool = False
    """Whether the text runs separately from other answers."""

    @property
    def bytes_left(self) -> int:
        """The total size in bytes of the results of a right text; 0 if the plan has no draws."""
        draws = self.plan.draws
        return 0 if draws is None else sum(each.nbytes for run in draws.own for each in run.values())


def trial_of(plan: Plan, level: str, text: str) -> Trial | str:
    """Return the trial of a text that a model gives as its answer to a row.

    Args:
        plan: the row's plan.
        level: the level of the text.
        text: the text, in a form in which it may be run.

    Returns:
        The trial, or the reason why there is none.
    """
    if level in plan.unavailable:
        return f"{level}: {plan.unavailable[level]}"
    number = next((n for n, each in enumerate(plan.programs) if each.level.name == level and each.is_run), -1)
    if number < 0:
        return f"the row's text {level} is not run"
    program = plan.programs[number]
    purpose = Purpose.POINT if program.level.direction is Direction.BACKWARD else None
    runs = {key: each for key, each in program.runs.items() if purpose is not None or key.purpose is not Purpose.POINT}
    if program.level.direction is Direction.FORWARD and plan.draws is not None:
        runs = with_other_starts(plan.spec.signature, runs, plan.draws)
    before = () if program.follows is None else (_points_alone(plan.programs[program.follows]),)
    mine = replace(program, text=text, runs=runs, follows=0 if before else None)
    programs = (*before, mine)
    levels = tuple(each.level for each in programs)
    return Trial(plan=replace(plan, programs=programs, levels=levels, unavailable={}), before=before, program=mine)


def _points_alone(program: Program) -> Program:
    runs = {key: each for key, each in program.runs.items() if key.purpose is Purpose.POINT}
    return replace(program, runs=runs)


def wrote_outside(found: Outcome | Rejection) -> bool:
    """Return whether a text wrote outside its arrays."""
    return isinstance(found, Rejection) and found.detail == _OUTSIDE


def score_of(
    trial: Trial, before: Outcome | Rejection | None, found: Outcome | Rejection, step_credits: Mapping[Step, float]
) -> Score:
    """Return the score of a text that was run.

    Args:
        trial: what was run.
        before: the results of the row's own forward text, if the text is run after it.
        found: the results of the text, or the reason why it could not be run.
        step_credits: the credit of each step.
    """
    if isinstance(found, Rejection):
        return _score_of_failure(found, step_credits)
    if isinstance(before, Rejection):
        return not_executed("the row's own forward text does not run here")
    try:
        with np.errstate(all="ignore"):  # the results may be any bytes
            return _compared(trial, before, found, step_credits)
    except (KeyError, ValueError, TypeError):  # arrays with other names, shapes or dtypes
        return _score(Step.RAN, Symptom.WRONG_RESULT, "its results do not have the kernel's arrays", step_credits)


def _compared(trial: Trial, before: Outcome | None, found: Outcome, step_credits: Mapping[Step, float]) -> Score:
    level = trial.program.level
    other = _other_types(trial.plan.spec.signature, level, found)
    if other is not None:
        return _score(Step.COMPILED, Refusal.OTHER_SIGNATURE, other, step_credits)
    plan, outcomes = trial.plan, (found,)
    if before is None:
        judgement = judge(plan, outcomes)
    else:
        alone = replace(plan, levels=(level,))  # the row's own forward text itself is not judged
        judgement = judge(alone, (before, found))
    if level.name in judgement.verdict.unverified:
        return not_executed(str(judgement.verdict.unverified[level.name]))
    problem = judgement.problem or judgement.failed.get(level.name)
    if problem is None and level.name in judgement.verdict.verified:
        return _score(Step.ALL, "", "", step_credits)
    return _wrong(trial, found, problem, step_credits)


def _wrong(trial: Trial, found: Outcome, problem: Problem | None, step_credits: Mapping[Step, float]) -> Score:
    """Return the score of a text that ran to the end but is not right."""
    symptom = str(problem.symptom if problem is not None else Symptom.WRONG_RESULT)
    message = plain(problem.detail if problem is not None else "nothing was compared")
    plan, direction = trial.plan, trial.program.level.direction
    if direction is Direction.FORWARD and plan.draws is not None:
        agreement = agreement_of(trial.program, found, plan.draws)
        step = Step.SOME if agreement.part else Step.RAN
        return _score(step, symptom, agreement.message or message, step_credits)
    if direction is Direction.TANGENT and isinstance(plan.tangents, tuple):
        forward = 0.0 if plan.draws is None else plan.draws.largest_tolerance
        right = right_results(_in_order(found), plan.tangents, forward)
        return _score(Step.FORWARD if right else Step.RAN, symptom, message, step_credits)
    return _score(Step.RAN, symptom, message, step_credits)


def _in_order(found: Outcome) -> list[Values]:
    return [found[key] for key in sorted(found, key=lambda key: key.number)]


def not_executed(why: str) -> Score:
    """Return the score of a text that cannot be judged here."""
    return Score(value=0.0, step=Step.NOTHING, symptom=str(Refusal.NOT_EXECUTED), message=plain(why))


def refused(symptom: str, message: str) -> Score:
    """Return the score 0 for a text that is not run."""
    return Score(value=0.0, step=Step.NOTHING, symptom=symptom, message=plain(message))


def _score_of_failure(found: Rejection, step_credits: Mapping[Step, float]) -> Score:
    symptom = found.symptom
    if symptom in _HARM:
        message = f"it {_OUTSIDE}" if wrote_outside(found) else _HARM[symptom]
        return _score(Step.COMPILED, str(symptom), message, step_credits)
    step = Step.RAN if symptom is Symptom.WRONG_RESULT else Step.PARSED
    if symptom is Symptom.NO_REFERENCE:  # the row's own text runs here, so this text is at fault
        symptom = Symptom.BUILD_ERROR
    return _score(step, str(symptom), plain(found.detail), step_credits)


def _score(step: Step, symptom: str, message: str, step_credits: Mapping[Step, float]) -> Score:
    return Score(value=step_credits[step], step=step, symptom=str(symptom), message=message)


def plain(detail: str) -> str:
    """Return a message on one line, without paths, addresses and results, truncated if it is long."""
    message = _MARK.sub("", _PLACES.sub("…", _NUMBERS_AFTER.sub(" it is wrong", detail)))
    message = " ".join("".join(each if each.isprintable() else " " for each in message).split())
    return message if len(message) <= _LONGEST else f"{message[: _LONGEST - 1]}…"


def _other_types(signature: Signature, level: Level, found: Outcome) -> str | None:
    """Return a message if a result has another dtype than the function's.

    Arrays that a kernel writes into always have the right dtype.
    """
    if not signature.results:
        return None
    dtypes = {each.name: numpy_dtype(each.dtype) for each in signature.results}
    given = {each.name: numpy_dtype(each.dtype) for each in signature.arguments if each.is_float}
    kinds: dict[str, np.dtype[np.generic]] = {}
    if level.direction is Direction.BACKWARD:
        kinds = {f"adj_{name}": kind for name, kind in given.items()}
    else:
        kinds = dtypes | {f"tangent_{name}": kind for name, kind in dtypes.items()}
    for values in found.values():
        for name, value in values.items():
            if name in kinds and value.dtype != kinds[name]:
                return f"{name} has the type {value.dtype}, not {kinds[name]}"
    return None
