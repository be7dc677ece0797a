"""Selects texts to run with another tool: those that failed, but are known to be what their own tool prints.

Either such a text is wrong, or the tool that ran it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from synthesis.core.errors import Symptom
from synthesis.core.records import Rejection
from synthesis.frontends.base import Outcome, Program
from synthesis.verification.judge import WRONG, Judgement, judge_level, refused_with_forward
from synthesis.verification.plan import Plan, Problem

_ARITHMETIC_TRAP = "SIGFPE"
"""The signal that kills a process that divides an integer by zero."""


def trapped(plan: Plan, outcomes: Sequence[Outcome | Rejection], retraced: Collection[str] = ()) -> list[int]:
    """Return the indices of a plan's programs that an arithmetic trap killed, and that another tool can run instead.

    Args:
        plan: the plan.
        outcomes: the outcomes of its programs, in order.
        retraced: the levels whose texts are known to be what the source lowers to. For a fresh plan these are all
            levels.
    """
    return [
        number
        for number, (program, outcome) in enumerate(zip(plan.programs, outcomes, strict=True))
        if isinstance(outcome, Rejection)
        and outcome.symptom is Symptom.CRASH
        and _ARITHMETIC_TRAP in outcome.detail
        and _may_run_again(plan, program, retraced)
    ]


def _may_run_again(plan: Plan, program: Program, retraced: Collection[str]) -> bool:
    """Return whether a program's text is known to be what the tool prints, and another tool can run it."""
    known = plan.fresh or program.level.name in retraced
    return bool(program.level.run_again_by) and not program.compile_only and known


def needing_second_opinion(plan: Plan, judgement: Judgement, retraced: Collection[str] = ()) -> list[int]:
    """Return the indices of a plan's programs that another tool must run again.

    Their texts gave wrong results, but are known to be what the tool prints. So either the text is wrong, or the tool
    that ran it.
    """
    return [
        number
        for number, program in enumerate(plan.programs)
        if _may_run_again(plan, program, retraced)
        and (problem := judgement.failed.get(program.level.name)) is not None
        and problem.symptom in WRONG
    ]


def with_second_opinions(plan: Plan, judgement: Judgement, outcomes: Mapping[int, Outcome | Rejection]) -> Judgement:
    """Return the judgement after another tool has run some programs a second time.

    If the results of the other tool are right, the problem becomes that the tools disagree.

    Args:
        plan: the plan.
        judgement: the judgement of the first runs.
        outcomes: the outcomes of the second runs, by the index of the program.
    """
    failed = dict(judgement.failed)
    for number, outcome in outcomes.items():
        level = plan.programs[number].level
        problem = failed[level.name]
        if isinstance(outcome, Rejection) or isinstance(judge_level(plan, level, outcome, ()), Problem):
            continue
        detail = f"{level.run_again_by} agrees with the source on the same text; {problem.detail}"
        failed[level.name] = Problem(Symptom.TOOL_DISAGREES, detail)
    of_their_own = {name: problem for name, problem in failed.items() if not problem.of_forward}
    return replace(judgement, failed=failed | refused_with_forward(plan, of_their_own))
