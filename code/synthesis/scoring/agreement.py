"""How much of what a forward text gives is right, where nothing trivial would be; and what is wrong, without numbers.

What zeros, a constant, an input, or an output that is left as it was would get right says nothing. So an array of a run
*tells* something only where the right result is none of these, and a text is right in part only if it is right in
half of all arrays and runs that tell anything, whatever outputs held before.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.frontends.base import Outcome, Program, Purpose, RunKey
from synthesis.scoring.starts import TURN
from synthesis.verification.comparison import Expected, wrong_elements
from synthesis.verification.inputs import flat

_Array = npt.NDArray[Any]
_ENOUGH, _DISTINCT = 8, 4
"""Elements that have to tell something, and different right values among them, for any agreement to count."""
_HALF = 0.5
_LOOKED_AT = 1 << 16
"""Elements of an array in which is looked for such: at the same distance from each other, where it has more."""
_CLOSE = 1e-2
"""How near, of an element's size, a trivial answer is right."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How much of what a text gives is right."""

    part: bool
    """Whether it is right in at least half of what tells anything."""
    message: str
    """The first array that differs, in how many of its elements and on which input; empty if none does."""


def agreement_of(program: Program, outcome: Outcome, expected: Expected) -> Agreement:
    """How much of a forward text's draws is right.

    Args:
        program: the text, with what its runs start from.
        outcome: what they left.
        expected: what they are held against.
    """
    keys = sorted((key for key in outcome if key.purpose is Purpose.DRAW), key=lambda key: key.number)
    got = [flat(outcome[key]) for key in keys]
    first = _first_difference(got, expected)
    telling = _telling(program, keys, expected)
    right = [place for place in telling if _is_right(got, expected, *place)]
    values = np.concatenate([telling[place] for place in right]) if right else np.zeros(0)
    enough = values.size >= _ENOUGH and np.unique(values).size >= _DISTINCT
    return Agreement(bool(enough and all(_is_half(right, telling, turn) for turn in range(TURN))), first)


def _is_half(right: Sequence[tuple[str, int]], telling: Collection[tuple[str, int]], turn: int) -> bool:
    """Whether half is right of the runs whose outputs hold the same kind of thing before."""
    return sum(run % TURN == turn for _, run in right) >= _HALF * sum(run % TURN == turn for _, run in telling)


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


def _telling(program: Program, keys: Sequence[RunKey], expected: Expected) -> dict[tuple[str, int], _Array]:
    """Of each array and run that tells anything, the right values that no trivial answer gives."""
    found: dict[tuple[str, int], _Array] = {}
    for name, sample in expected.own[0].items():
        if sample.dtype.kind not in "fiuV" or sample.dtype.names:
            continue
        right = [_wide(_some(own[name])) for own in expected.own]
        usual = _most_frequent(right)
        for run, (key, value) in enumerate(zip(keys, right, strict=True)):
            start = flat(program.runs[key])
            told = np.ones(value.shape, bool)
            if name in expected.poison:
                told &= _some(expected.own[run][name]) != expected.poison[name]
            for trivial in (np.zeros(()), usual, *_of_inputs(start, sample.shape)):
                told &= ~_is_close(value, trivial)
            if told.any():
                found[name, run] = value[told]
    return found


def _of_inputs(start: Mapping[str, _Array], shape: tuple[int, ...]) -> Iterator[_Array]:
    """Every input that could be copied as it is: of the same shape, or a single number."""
    for value in start.values():
        if value.dtype.kind in "fiubV" and not value.dtype.names and value.shape in (shape, ()):
            yield _wide(_some(value) if value.shape else value)


def _some(value: _Array) -> _Array:
    """The elements of an array that are looked at."""
    return value.ravel()[:: -(-value.size // _LOOKED_AT) or 1]


def _is_close(value: _Array, trivial: _Array) -> npt.NDArray[np.bool_]:
    with np.errstate(all="ignore"):
        return np.abs(value - trivial) <= _CLOSE * np.abs(value)


def _most_frequent(arrays: Sequence[_Array]) -> _Array:
    values, counts = np.unique(np.concatenate([each.ravel() for each in arrays]), return_counts=True)
    return values[np.argmax(counts)] if values.size else np.zeros(())


def _wide(value: _Array) -> _Array:
    return value.astype(np.float64)
