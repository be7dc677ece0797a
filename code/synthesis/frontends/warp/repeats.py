"""Texts of a batch that repeat the statements and the inputs of an earlier text."""

from collections.abc import Sequence

import numpy as np

from synthesis.frontends.base import Program, Values
from synthesis.frontends.warp.statements import Statements, statements_of
from synthesis.frontends.warp.watching import UnwatchableError, watched_arrays


def repeated_programs(programs: Sequence[Program]) -> dict[int, int]:
    """Map the number of each program that repeats the statements and inputs of another to the earlier one's number."""
    found: dict[int, int] = {}
    first: dict[Statements, list[int]] = {}
    statements = [None if each.compile_only or _is_watched(each) else statements_of(each.level, each.text)
                  for each in programs]  # fmt: skip
    for number, program in enumerate(programs):
        own = statements[number]
        if own is None:
            continue
        earlier = first.setdefault(own, [])
        repeated = next((each for each in earlier if _same_inputs(statements, programs[each], program)), None)
        if repeated is None:
            earlier.append(number)
        else:
            found[number] = repeated
    return found


def _is_watched(program: Program) -> bool:
    """Return whether a text's memory accesses are recorded, so that its C++ equivalent cannot replace it."""
    try:
        return bool(watched_arrays(program))
    except UnwatchableError:
        return True


def _same_inputs(statements: Sequence[Statements | None], left: Program, right: Program) -> bool:
    """Return whether two programs with the same statements start from the same arrays.

    Args:
        statements: the statements of every program, by its number.
        left: the first program.
        right: the second program.
    """
    if left.signature != right.signature or left.runs.keys() != right.runs.keys():
        return False
    # A backward text starts from the final arrays of the forward text in its own language, which may be another text.
    if (left.follows is None) != (right.follows is None):
        return False
    if left.follows is not None and right.follows is not None:
        before = statements[left.follows]
        if before is None or before != statements[right.follows]:
            return False
    return all(_same_arrays(left.runs[key], right.runs[key]) for key in left.runs)


def _same_arrays(a: Values, b: Values) -> bool:
    return a.keys() == b.keys() and all(a[name] is b[name] or np.array_equal(a[name], b[name]) for name in a)
