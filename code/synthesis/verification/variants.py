"""Makes wrong variants of a text, to run on the inputs of the right one: if most pass, the inputs tell too little."""

import random
import re
from collections.abc import Collection
from dataclasses import replace

from synthesis.core.identity.hashing import digest
from synthesis.core.verdicts import Unproved
from synthesis.frontends.base import Direction, Program, Purpose
from synthesis.verification.mutating.choosing import moves_alike, mutants
from synthesis.verification.mutating.records import Kind
from synthesis.verification.plan import Plan
from synthesis.verification.power import too_little

MOST = 6
"""Maximum number of variants of a row."""
_FLOATS = re.compile(r"(\b|\dx)(b?f16|f32|f64|f8\w*)\b")
"""Matches types of floating-point numbers in jaxprs, MLIR and HLO."""
ENOUGH = 2
"""Number of variants that are run first; if none of them passes, the others are not run."""
FEWEST = 3
"""Smallest number of variants from which a majority counts: all of one or two may be right by chance."""
MAJORITY = 0.75
"""Share of the variants that must pass for a new row to be left unverified."""
ALL = 1.0
"""The same for a row that was verified before: on inputs of another seed a few more may pass."""
_KINDS = (Kind.OPERATOR, Kind.TENTH, Kind.COMPARISON, Kind.NEGATED, Kind.EXCHANGED, Kind.REDUCTION)
"""The kinds of errors: other functions, constants off by a tenth, and reversed comparisons and branches.

No index is changed.
"""


def variants_of(plan: Plan, verified: Collection[str]) -> list[Program]:
    """Return wrong variants of the first verified forward text, each to be run as that was run.

    The choice depends only on the text. If lines have types, lines with floating-point numbers are changed, because a
    changed integer may have no effect, such as a clamped index or the number of a loop's only iteration. There are no
    variants of a text whose only other statements compute integers that depend on no input.
    """
    for program in plan.programs:
        if not program.is_run or program.level.direction is not Direction.FORWARD:
            continue
        if program.level.name not in verified:
            continue
        generator = random.Random(digest("variants", program.text))  # noqa: S311 (guessing it does no harm)
        runs = {key: values for key, values in program.runs.items() if key.purpose is not Purpose.POINT}
        of_floats = [*mutants(program.text, program.level, generator, MOST, kinds=_KINDS, lines=_FLOATS)]
        if not of_floats and _are_floats(plan) and moves_alike(program.text, program.level):
            return []
        found = of_floats or mutants(program.text, program.level, generator, MOST, kinds=_KINDS)
        made = [replace(program, text=each.text, runs=runs, follows=None) for each in found]
        if made:
            return made
    return []


def _are_floats(plan: Plan) -> bool:
    return all(each.is_float for each in plan.spec.signature.spread.arguments)


def weakness_of(passed: int, count: int, *, fresh: bool = True) -> Unproved | None:
    """Return why inputs tell too little if so many wrong variants pass on them; None if they tell enough.

    Args:
        passed: the number of variants that pass.
        count: the number of variants.
        fresh: whether the row has just been made.
    """
    if count < FEWEST or passed < (MAJORITY if fresh else ALL) * count:
        return None
    return too_little(f"{passed} of {count} wrong variants of the text pass")
