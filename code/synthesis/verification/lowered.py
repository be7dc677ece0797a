"""Verifies texts that cannot be executed: it lowers a verified text of the row again and compares the result."""

from collections.abc import Mapping

from synthesis.core.errors import Symptom
from synthesis.core.identity.lines import first_different_line
from synthesis.core.records import Rejection
from synthesis.core.signatures import Signature
from synthesis.core.verdicts import Hindrance, Unproved
from synthesis.frontends.base import LOWERED, Level, Outcome, Program, Purpose, RunKey
from synthesis.verification.plan import Problem

_RUN = RunKey(Purpose.LOWERED)


def hindrance_of(level: Level, levels: Mapping[Level, str], device: str | None) -> Unproved | None:
    """Return why a text cannot be checked by lowering the row's text of ``lowered_from`` again; None if it can.

    Args:
        level: the level of the text, which has ``lowered_from``.
        levels: the row's texts.
        device: the device that the texts are for; None if it is not known.
    """
    if device is None:
        return Unproved(Hindrance.NOT_EXECUTED, f"{level.name} is not executed, and its device is not known")
    if all(each.name != level.lowered_from for each in levels):
        why = f"{level.name} is not executed, and the row has no {level.lowered_from} to lower again"
        return Unproved(Hindrance.NOT_EXECUTED, why)
    return None


def program_of(name: str, level: Level, levels: Mapping[Level, str], signature: Signature, device: str) -> Program:
    """Return the ``Program`` that checks a text by lowering the row's text of ``lowered_from`` again.

    Args:
        name: the kernel's name.
        level: the level of the text, which has ``lowered_from``.
        levels: the row's texts, which include the one to lower again.
        signature: the kernel's signature, with the options of the compiler.
        device: the device that the texts are for.
    """
    (source,) = (text for each, text in levels.items() if each.name == level.lowered_from)
    return Program(
        name=name, level=level, text=levels[level], signature=signature, runs={_RUN: {}}, source=source, device=device
    )


def judge_lowered(
    level: Level,
    made: tuple[Program, Outcome | Rejection] | None,
    errors: Mapping[str, float],
    unverified: Mapping[str, Unproved],
    failed: Mapping[str, Problem],
) -> float | Unproved | Problem:
    """Judge a text that is lowered from another text, its origin, by lowering the origin again.

    Args:
        level: the level of the text.
        made: the ``Program`` that lowers the origin again, with its outcome; None if an untrusted plan lacks it.
        errors: the largest error of each verified text, by level.
        unverified: the reason why a text is not verified, by level.
        failed: the reason why a text failed, by level.

    Returns:
        The largest error of the origin if it is verified and is lowered to the bytes of the text; else why the text
        failed or is not verified.
    """
    source = level.lowered_from
    if made is None:
        return Problem(Symptom.CRASH, f"{level.name} has no outcome")
    if source in failed:
        return _after_failure(level, failed[source])
    program, outcome = made
    if isinstance(outcome, Rejection):
        detail = f"{source} cannot be lowered again: {outcome.detail}"
        slow = outcome.symptom is Symptom.TIMEOUT
        return Unproved(Hindrance.NOT_EXECUTED, detail) if slow else Problem(outcome.symptom, detail)
    try:
        text = outcome[_RUN][LOWERED].tobytes().decode()
    except (KeyError, ValueError) as error:
        return Problem(Symptom.CRASH, f"lowering {source} again gave no text: {type(error).__name__}")
    if text != program.text:
        return Problem(Symptom.OTHER_BYTES, first_different_line(program.text, text, f"{source}, lowered again,"))
    return errors[source] if source in errors else unverified[source]


def _after_failure(level: Level, problem: Problem) -> Unproved | Problem:
    """Return the judgement of a text if the text that it is lowered from failed with a problem.

    The text is wrong if the other text gives wrong results; otherwise it is unverified.
    """
    why = f"{level.lowered_from}, which it is lowered from, is refused: {problem.detail}"
    if problem.symptom is Symptom.WRONG_RESULT:
        return Problem(problem.symptom, why, of_forward=True)
    return Unproved(Hindrance.NOT_EXECUTED, f"{level.name} is not executed: {why}")
