"""Wrong variants of a text, run on the inputs of the right one: where most of them pass, the inputs tell too little."""

import random
import re
from collections.abc import Collection
from dataclasses import replace

from synthesis.core.identity.hashing import digest
from synthesis.core.records import Unproved
from synthesis.frontends.base import Direction, Program, Purpose
from synthesis.verification.mutating.choosing import mutants
from synthesis.verification.mutating.records import Kind
from synthesis.verification.plan import Plan
from synthesis.verification.power import too_little

MOST = 6
"""Variants of a row."""
_FLOATS = re.compile(r"(\b|\dx)(b?f16|f32|f64|f8\w*)\b")
"""What the types of floating-point numbers are called in jaxprs, MLIR and HLO."""
ENOUGH = 2
"""Variants that are run first; where none of these passes, the others are not run."""
FEWEST = 3
"""Variants from which a majority says something: of one or two, all may be right by chance."""
MAJORITY = 0.75
"""Share of the variants that has to pass for a row that is made to get no proof."""
ALL = 1.0
"""The same for a row that was proved before: on inputs of another seed a few more may pass."""
_KINDS = (Kind.OPERATOR, Kind.TENTH, Kind.COMPARISON, Kind.NEGATED, Kind.EXCHANGED, Kind.REDUCTION)
"""Other functions, constants that are off by a tenth, comparisons the other way round. No index is changed."""


def variants_of(plan: Plan, verified: Collection[str]) -> list[Program]:
    """Wrong variants of the first forward text that is verified, each to be run where that was run.

    The choice depends on the text alone. Where lines say their types, those of floating-point numbers are changed: an
    index that is clamped, or the number of a loop's only trip, may be another without any harm.
    """
    for program in plan.programs:
        if program.compile_only or program.level.direction is not Direction.FORWARD:
            continue
        if program.level.name not in verified:
            continue
        generator = random.Random(digest("variants", program.text))  # noqa: S311 (nobody is to be kept from guessing)
        runs = {key: values for key, values in program.runs.items() if key.purpose is not Purpose.POINT}
        of_floats = [*mutants(program.text, program.level, generator, MOST, kinds=_KINDS, lines=_FLOATS)]
        found = of_floats or mutants(program.text, program.level, generator, MOST, kinds=_KINDS)
        made = [replace(program, text=each.text, runs=runs, follows=None) for each in found]
        if made:
            return made
    return []


def weakness_of(passed: int, count: int, *, fresh: bool = True) -> Unproved | None:
    """Why inputs tell too little on which so many wrong variants pass; None if they tell enough.

    Args:
        passed: how many pass.
        count: how many there are.
        fresh: whether the row is just made.
    """
    if count < FEWEST or passed < (MAJORITY if fresh else ALL) * count:
        return None
    return too_little(f"{passed} of {count} wrong variants of the text pass")
