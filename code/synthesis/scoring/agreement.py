"""Determines how much of a forward text's results is right, not counting trivial answers, and describes what is wrong.

Results that zeros, a constant, an input, or an unchanged output would also give prove nothing. An array of an execution
is therefore *informative* only where the right result is none of these. The initial values of outputs are of several
kinds, in turn from one execution to the next. A text is partly right only if, for each kind, at least half of the
informative arrays of all executions are right. Descriptions contain no computed values.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.frontends.base import Outcome, Program, Purpose, RunKey
from synthesis.scoring.starts import TURN
from synthesis.verification.comparison import wrong_elements
from synthesis.verification.inputs import flat
from synthesis.verification.tolerances import Expected

_Array = npt.NDArray[Any]
_ENOUGH = 8
"""Minimum number of informative elements required for partial agreement."""
_DISTINCT = 4
"""Minimum number of distinct expected values among the informative elements required for partial agreement."""
_PARTIAL_SHARE = 0.5
_MOST_EXAMINED = 1 << 16
"""Maximum number of elements of an array that are examined, evenly spaced."""
_CLOSE = 1e-2
"""Relative tolerance within which a trivial answer counts as right."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of a text's results with the expected ones."""

    part: bool
    """Whether at least half of the informative results are right."""
    message: str
    """The first array that differs, in how many elements and on which input; empty if none does."""


def agreement_of(program: Program, outcome: Outcome, expected: Expected) -> Agreement:
    """Return how much of a forward text's results is right.

    Args:
        program: the text, with the initial values of its runs.
        outcome: the results of the runs.
        expected: the expected results.
    """
    keys = sorted((key for key in outcome if key.purpose is Purpose.DRAW), key=lambda key: key.number)
    got = [flat(outcome[key]) for key in keys]
    first = _first_difference(got, expected)
    informative = _informative_values(program, keys, expected)
    right = [place for place in informative if _is_right(got, expected, *place)]
    values = np.concatenate([informative[place] for place in right]) if right else np.zeros(0)
    enough = values.size >= _ENOUGH and np.unique(values).size >= _DISTINCT
    return Agreement(bool(enough and all(_is_half(right, informative, turn) for turn in range(TURN))), first)


def _is_half(right: Sequence[tuple[str, int]], informative: Collection[tuple[str, int]], turn: int) -> bool:
    """Return whether at least half of the informative arrays are right in runs with one kind of initial output values.

    Args:
        right: the informative arrays that are right, each with the number of its run.
        informative: all informative arrays, each with the number of its run.
        turn: the number of the kind of initial output values.
    """
    return sum(run % TURN == turn for _, run in right) >= _PARTIAL_SHARE * sum(
        run % TURN == turn for _, run in informative
    )


def _first_difference(got: Sequence[Mapping[str, _Array]], expected: Expected) -> str:
    for run, found in enumerate(got):
        for name, true in expected.double[run].items():
            on = f"on input {run + 1} of {len(got)}"
            if name not in found:
                return f"there is no {name}"
            if found[name].shape != true.shape:
                return f"{name} has another shape"
            if found[name].dtype != expected.own[run][name].dtype:
                return f"{name} has the type {found[name].dtype}, not {expected.own[run][name].dtype}"
            wrong, _, _ = wrong_elements(found[name], expected, run, name)
            if wrong.any():
                return f"{name} is wrong in {int(wrong.sum())} of {wrong.size} elements {on}"
    return ""


def _is_right(got: Sequence[Mapping[str, _Array]], expected: Expected, name: str, run: int) -> bool:
    found, true = got[run].get(name), expected.double[run][name]
    if found is None or found.shape != true.shape or found.dtype != expected.own[run][name].dtype:
        return False
    return not wrong_elements(found, expected, run, name)[0].any()


def _informative_values(program: Program, keys: Sequence[RunKey], expected: Expected) -> dict[tuple[str, int], _Array]:
    """Return the informative expected values of each array and run that has any."""
    found: dict[tuple[str, int], _Array] = {}
    for name, sample in expected.own[0].items():
        if sample.dtype.kind not in "fiuV" or sample.dtype.names:
            continue
        right = [_wide(_examined(own[name])) for own in expected.own]
        usual = _most_frequent(right)
        for run, (key, value) in enumerate(zip(keys, right, strict=True)):
            start = flat(program.runs[key])
            informative = np.ones(value.shape, bool)
            if name in expected.poison:
                informative &= _examined(expected.own[run][name]) != expected.poison[name]
            for trivial in (np.zeros(()), usual, *_of_inputs(start, sample.shape)):
                informative &= ~_is_close(value, trivial)
            if informative.any():
                found[name, run] = value[informative]
    return found


def _of_inputs(start: Mapping[str, _Array], shape: tuple[int, ...]) -> Iterator[_Array]:
    """Yield every input that could be copied unchanged: one of the same shape, or a scalar."""
    for value in start.values():
        if value.dtype.kind in "fiubV" and not value.dtype.names and value.shape in (shape, ()):
            yield _wide(_examined(value) if value.shape else value)


def _examined(value: _Array) -> _Array:
    """Return the examined elements of an array."""
    return value.ravel()[:: -(-value.size // _MOST_EXAMINED) or 1]


def _is_close(value: _Array, trivial: _Array) -> npt.NDArray[np.bool_]:
    with np.errstate(all="ignore"):
        return np.abs(value - trivial) <= _CLOSE * np.abs(value)


def _most_frequent(arrays: Sequence[_Array]) -> _Array:
    values, counts = np.unique(np.concatenate([each.ravel() for each in arrays]), return_counts=True)
    return values[np.argmax(counts)] if values.size else np.zeros(())


def _wide(value: _Array) -> _Array:
    return value.astype(np.float64)
