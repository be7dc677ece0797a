"""Makes wrong variants of a text, to run on its inputs: if most of them pass, the inputs cannot detect errors."""

import random
import re
from collections.abc import Collection
from dataclasses import replace
from itertools import zip_longest

from synthesis.core.identity.hashing import digest
from synthesis.core.verdicts import Unproved
from synthesis.frontends.base import Direction, Program, Purpose
from synthesis.verification.mutating.choosing import integers_are_input_independent, mutants
from synthesis.verification.mutating.records import Kind
from synthesis.verification.plan import Plan
from synthesis.verification.power import weak_inputs

MOST = 6
"""Maximum number of variants of a row that are run at first."""
FURTHER = 18
"""Maximum number of further variants, which are run if most of the first pass.

Of a piecewise function many variants pass, since few draws come to each piece. Six variants then say little about the
share that passes.
"""
_FLOATS = re.compile(r"(\b|\dx)(b?f16|f32|f64|f8\w*)\b")
"""Matches types of floating-point numbers in jaxprs, MLIR and HLO."""
ENOUGH = 2
"""Number of variants that are run first; if none of them passes, the others are not run."""
FEWEST = 3
"""Smallest number of variants for which a majority counts: one or two variants may all be right by chance."""
MAJORITY = 0.75
"""Share of the variants that must pass for a new row to be left unverified."""
ALL = 1.0
"""Share of the first variants that must pass for a row that was verified before to be left unverified.

It is higher, because on inputs of another seed a few more variants may pass.
"""
NEARLY_ALL = 0.9
"""Share of all variants that must pass for a row that was verified before to be left unverified."""
_VALUES = (Kind.OPERATOR, Kind.TENTH, Kind.REDUCTION)
"""Errors in values: other functions, constants off by a tenth. No index is changed."""
_CHOICES = (Kind.COMPARISON, Kind.NEGATED, Kind.EXCHANGED)
"""Errors in choices: inverted comparisons and branches.

At most half of the variants, if there are others: what a text chooses may not matter, such as the number that a softmax
subtracts from all elements.
"""


def variants_of(plan: Plan, verified: Collection[str], *, without: Collection[str] = ()) -> list[Program]:
    """Return a ``Program`` for each wrong variant of the first verified forward text, with the same runs as the text's.

    The choice depends only on the text. If its lines have types, lines with floating-point numbers are changed, because
    a changed integer may have no effect, such as a clamped index or the number of a loop's only iteration. There are no
    variants if all statements without floating-point numbers compute integers that do not depend on any input.

    Args:
        plan: the plan of the text.
        verified: the names of the verified levels.
        without: the texts of the first variants, if further ones are wanted.
    """
    for program in plan.programs:
        if not program.is_run or program.level.direction is not Direction.FORWARD:
            continue
        if program.level.name not in verified:
            continue
        most = MOST + FURTHER if without else MOST
        key = "further variants" if without else "variants"
        generator = random.Random(digest(key, program.text))  # noqa: S311 (guessing it does no harm)
        runs = {key: values for key, values in program.runs.items() if key.purpose is not Purpose.POINT}
        of_floats = _chosen(program, generator, _FLOATS, most)
        if not of_floats and _are_floats(plan) and integers_are_input_independent(program.text, program.level):
            return []
        found = [each for each in of_floats or _chosen(program, generator, None, most) if each not in without]
        made = [replace(program, text=each, runs=runs, follows=None) for each in found[: FURTHER if without else MOST]]
        if made:
            return made
    return []


def _chosen(program: Program, generator: random.Random, lines: re.Pattern[str] | None, most: int) -> list[str]:
    """Return wrong variants: alternately one with an error in a value and one with an error in a choice.

    Errors in choices are at most half of them, unless there are too few others.
    """
    values, choices = (
        [each.text for each in mutants(program.text, program.level, generator, most, kinds=kinds, lines=lines)]
        for kinds in (_VALUES, _CHOICES)
    )
    fewer = choices[: max(most // 2, most - len(values))]
    pairs = zip_longest(values[: most - len(fewer)], fewer)
    return [text for pair in pairs for text in pair if text is not None]


def _are_floats(plan: Plan) -> bool:
    return all(each.is_float for each in plan.spec.signature.spread.arguments)


def weakness_of(passed: int, count: int, *, fresh: bool = True) -> Unproved | None:
    """Return why inputs cannot detect errors if too many wrong variants pass on them; None if they can.

    Args:
        passed: the number of variants that pass.
        count: the number of variants.
        fresh: whether the row has just been made.
    """
    share = MAJORITY if fresh else ALL if count <= MOST else NEARLY_ALL
    if count < FEWEST or passed < share * count:
        return None
    return weak_inputs(f"{passed} of {count} wrong variants of the text pass")
