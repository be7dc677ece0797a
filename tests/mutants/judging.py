"""What verification says of mutants, and which of them behave as the right text does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.errors import Symptom
from synthesis.core.records import KernelSpec, Rejection
from synthesis.frontends.base import (
    Direction,
    Frontend,
    Kernel,
    Level,
    Outcome,
    Program,
    Purpose,
    RunKey,
    Values,
    numbered,
)
from synthesis.verification.inputs import complete, draw_inputs, flat
from synthesis.verification.judge import Judgement
from synthesis.verification.mutating.records import Mutant
from synthesis.verification.plan import Plan
from synthesis.verification.planning import make_plan
from synthesis.verification.verifier import Verifier

INPUTS = 100
_FIRST = 9000
"""The seed of the first of them; far from those that verification draws with."""
APART = 1e-3
"""The relative distance from which on two texts behave differently; thirty times that where a format is coarse."""


class Fate(StrEnum):
    """What becomes of a mutant."""

    FOUND = "found"
    PASSED = "passed"
    SAME = "as before"
    """It behaves as the right text does, on every input."""
    INVALID = "not built"
    """The tool refuses it: it says nothing about verification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A mutant, and what became of it."""

    mutant: Mutant
    fate: Fate
    said: str = ""
    """Verification's words, or the tool's."""
    error: float = 0.0
    """The largest relative distance from the right text, on any input."""
    inputs: int = 0
    """Those of the inputs on which it is apart from the right text."""


def judge_mutants(
    verifier: Verifier, spec: KernelSpec, texts: Mapping[str, str], mutants: Sequence[Mutant], *, inputs: int = INPUTS
) -> list[Judged]:
    """What becomes of mutants of a kernel's texts.

    Args:
        verifier: of the kernel's front end.
        spec: the kernel.
        texts: level name to right text; those that are run before a mutant among them.
        mutants: of these texts; one of a text that is itself not verified is left out.
        inputs: on how many inputs a mutant is compared with the right text.
    """
    frontend = verifier.frontend
    kernel = frontend.load_one(spec)
    assert isinstance(kernel, Kernel), kernel
    judgements: list[Judgement] = []
    try:
        right = make_plan(frontend, kernel, texts, useful=False, fresh=False)
        (verdict,) = verifier.judge([right])
        mutants = [each for each in mutants if each.level in verdict.verdict.verified]
        for start in range(0, len(mutants), _TOGETHER):
            some = mutants[start : start + _TOGETHER]
            judgements += verifier.judge([_in_its_place(frontend, right, each) for each in some])
    finally:
        frontend.compiler.release([kernel])
    kept = list(zip(mutants, judgements, strict=True))
    settled = [_settle_at_once(mutant, each) for mutant, each in kept]
    open_ = [each for each, done in zip(kept, settled, strict=True) if done is None]
    distances: list[_Distance] = []
    for start in range(0, len(open_), _TOGETHER):
        some = [mutant for mutant, _ in open_[start : start + _TOGETHER]]
        distances += _distances(verifier, right, texts, some, inputs)
    measured = iter([_settle(*each, distance) for each, distance in zip(open_, distances, strict=True)])
    return [next(measured) if each is None else each for each in settled]


def _in_its_place(frontend: Frontend, plan: Plan, mutant: Mutant) -> Plan:
    """The plan of a mutant, and of the forward text that is run before it.

    What the reference says of a kernel does not depend on texts, so that it is asked once; which texts can be run does.
    """
    level = frontend.level(mutant.level)
    mine = [each for each in plan.programs if each.level == level]
    before = [plan.programs[each.follows] for each in mine if each.follows is not None]
    programs = (*before, *(replace(each, text=mutant.text, follows=0 if before else None) for each in mine))
    unavailable = frontend.the_prover.unavailable(level, mutant.text)
    return replace(
        plan,
        levels=tuple(dict.fromkeys([*(each.level for each in before), level])),
        programs=() if unavailable is not None else programs,
        unavailable={} if unavailable is None else {mutant.level: unavailable},
    )


def _before(frontend: Frontend, level: Level, texts: Mapping[str, str]) -> str | None:
    """The forward text of a backward text's language."""
    if level.direction is not Direction.BACKWARD:
        return None
    for name in texts:
        each = frontend.level(name)
        if each.direction is Direction.FORWARD and each.language == level.language:
            return name
    return None


_TOGETHER = 10
"""Mutants whose plans or results are in memory at once; one of a real size takes some hundred megabytes."""


@dataclass(frozen=True, slots=True)
class _Distance:
    largest: float
    inputs: int
    refused: str | None = None


def _distances(
    verifier: Verifier, plan: Plan, texts: Mapping[str, str], mutants: Sequence[Mutant], inputs: int
) -> list[_Distance]:
    """How far each mutant is from the right text, run by the same tools."""
    levels = {program.level.name: program for program in plan.programs if program.is_run}
    programs: list[Program] = []
    numbers: dict[tuple[str, bool], int] = {}
    wanted = [each for each in levels if any(mutant.level == each for mutant in mutants)]
    before = {name: _before(verifier.frontend, levels[name].level, texts) for name in wanted}
    smooth = {name: levels[name].level.direction is not Direction.FORWARD for name in wanted}
    needed = [(name, True) for name in before.values() if name is not None]
    for name, away in dict.fromkeys([*needed, *((name, smooth[name]) for name in wanted)]):
        follows = numbers.get((before.get(name) or "", True))
        numbers[name, away] = len(programs)
        programs.append(_program(levels[name], texts[name], follows, inputs, edges=not away))
    for mutant in mutants:
        right = programs[numbers[mutant.level, smooth[mutant.level]]]
        programs.append(replace(right, text=mutant.text))
    outcomes = verifier.run(programs)
    return [
        _distance(outcomes[len(numbers) + number], outcomes[numbers[mutant.level, smooth[mutant.level]]])
        for number, mutant in enumerate(mutants)
    ]


def _program(like: Program, text: str, follows: int | None, inputs: int, *, edges: bool) -> Program:
    """A text on inputs of our own.

    Of a forward text half of them have the bounds of the domains among their values. There a derivative may be any of
    several: of a derivative, and of the forward text before it, none has.
    """
    signature = like.signature
    template = next(iter(like.runs.values()))
    drawn = [draw_inputs(signature, _FIRST + number, edges=edges and number % 2 == 1) for number in range(inputs)]
    drawn = [complete(signature, each, poisoned=False) for each in drawn]
    runs = [{**each, **_beside(template, each, number)} for number, each in enumerate(drawn)]
    return replace(like, text=text, runs=numbered(Purpose.POINT, runs), follows=follows)


def _beside(template: Values, drawn: Values, number: int) -> Values:
    """What a run starts from beside the arguments: cotangents, tangents, adjoints; zero where a plan's are."""
    generator = np.random.default_rng(_FIRST + number)
    found: Values = {}
    for name, value in template.items():
        if name in drawn:
            continue
        found[name] = np.zeros_like(value)
        if value.dtype.names or not np.any(value):
            found[name] = value.copy()
        else:
            found[name] = generator.normal(size=value.shape).astype(value.dtype)
    return found


def _distance(outcome: Outcome | Rejection, expected: Outcome | Rejection) -> _Distance:
    if isinstance(expected, Rejection):
        return _Distance(float("inf"), 0)
    if isinstance(outcome, Rejection):
        refused = outcome.detail if outcome.symptom is Symptom.BUILD_ERROR else None
        return _Distance(float("inf"), len(expected), refused)
    sizes = [_apart(outcome, expected, key) for key in expected]
    return _Distance(max(sizes, default=0.0), sum(each > APART for each in sizes))


def _apart(outcome: Outcome, expected: Outcome, key: RunKey) -> float:
    if key not in outcome:
        return float("inf")
    got, wanted = flat(outcome[key]), flat(expected[key])
    return max((_relative(got.get(name), value) for name, value in wanted.items()), default=0.0)


def _relative(left: npt.NDArray[Any] | None, right: npt.NDArray[Any]) -> float:
    """The largest distance of two arrays' elements, relative to the element and to the array's typical one."""
    if left is None or left.shape != right.shape:
        return float("inf")
    if right.dtype.kind in "iub":
        return 0.0 if np.array_equal(left, right) else float("inf")
    coarse = 30.0 if right.dtype.itemsize == 2 else 1.0
    a, b = left.astype(complex), right.astype(complex)
    with np.errstate(all="ignore"):
        finite = np.isfinite(b)
        typical = float(np.median(np.abs(b[finite]))) if finite.any() else 0.0
        error = np.abs(a - b) / (np.abs(b) + (typical or 1.0))
    error = np.where(np.isnan(a) & np.isnan(b) | (a == b), 0.0, error)
    error = np.where(np.isfinite(error), error, np.inf)
    return float(error.max(initial=0.0)) / coarse


def _settle_at_once(mutant: Mutant, judgement: Judgement) -> Judged | None:
    """What needs no other inputs to be told; None for the rest.

    The right text was built and came to an end: one that is not, or does not, behaves differently. What only threads
    side by side can tell is told by what they touch: one that passes is run on the other inputs too, and behaves as
    before where no two threads meet on any of them.
    """
    failed = judgement.failed.get(mutant.level)
    if failed is None:
        return None
    if mutant.kind.sequential and failed.symptom is Symptom.BUILD_ERROR:
        return Judged(mutant=mutant, fate=Fate.INVALID, said=failed.detail)
    if mutant.kind.sequential and failed.symptom not in (Symptom.CRASH, Symptom.TIMEOUT):
        return None
    return Judged(mutant=mutant, fate=Fate.FOUND, said=failed.detail)


def _settle(mutant: Mutant, judgement: Judgement, distance: _Distance) -> Judged:
    failed = judgement.failed.get(mutant.level)
    if distance.refused is not None:
        return Judged(mutant=mutant, fate=Fate.INVALID, said=distance.refused)
    if not distance.inputs:
        return Judged(mutant=mutant, fate=Fate.SAME, error=distance.largest)
    fate = Fate.FOUND if failed is not None else Fate.PASSED
    said = failed.detail if failed is not None else str(judgement.verdict.unverified.get(mutant.level, ""))
    return Judged(mutant=mutant, fate=fate, said=said, error=distance.largest, inputs=distance.inputs)
