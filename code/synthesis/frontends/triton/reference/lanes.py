"""Evaluation of several programs at once, of one run or of several; each program of a run is a lane.

A group of lanes is evaluated from the start of the kernel. If its lanes differ where they must agree, in a branch for
example, memory is restored, and each part of the group is evaluated from the start. If programs access what another
program of the group changes, memory is restored, and they are evaluated one after another, unless the machine's hints
say otherwise.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.triton.reference.machine import ConflictError, Lanes, Machine
from synthesis.frontends.triton.reference.order import is_seen
from synthesis.frontends.triton.reference.perturbing import Following
from synthesis.frontends.triton.reference.values import MOST_AT_ONCE, Array, Buffer, CrowdedError, DivergedError

_Body = Callable[[], Any]
_Saved = dict[Buffer, Array]


def evaluate(m: Machine, lanes: Lanes, body: _Body) -> None:
    """Evaluate a kernel in all lanes, with the results of an evaluation of one program after another.

    With ``hints.together``, the results are those of programs that run at once, as far as they take the same path.

    Args:
        m: the machine.
        lanes: the lanes.
        body: evaluates the kernel in the lanes of the machine.

    Raises:
        ReferenceUnknownError: if something is not modelled.
        ReferenceFaultError: if the kernel is at fault.
        LostError: if the machine, which follows the decisions of another evaluation, leaves the path of that one.
    """
    if isinstance(m, Following):
        for group, decisions in m.recording.parts():
            _follow(m, group, decisions, None, body)
        return
    places = np.arange(len(lanes)).reshape(-1, math.prod(lanes.grid))
    while places.size:
        some, places = places[: m.hints.lanes], places[m.hints.lanes :]
        while some.size:
            programs = max(1, m.hints.lanes // len(some))
            group, some = some[:, :programs], some[:, programs:]
            try:
                _evaluate_group(m, lanes.of(group.reshape(-1)), body)
            finally:
                m.flush()


def _evaluate_group(m: Machine, lanes: Lanes, body: _Body) -> None:
    """Evaluate lanes together; separately if evaluating them together may change a result, or if a lane is at fault."""
    if len(lanes) == 1:
        m.begin(lanes)
        try:
            body()
        finally:
            m.keep()
        return
    if m.hints.together:
        _evaluate_parts(m, lanes, body, _Saved())
        return
    alike = (lanes.numbers == lanes.numbers[0]).all()
    known, parts = -1, lanes.numbers
    while known < len(m.hints.changed) and (alike or not m.hints.in_order):
        known = len(m.hints.changed)
        mark, saved = m.mark(), _Saved()
        m.guards, m.unwatched = not alike, set[str]()
        try:
            _evaluate_parts(m, lanes, body, saved)
            m.hints.in_order |= not alike and is_seen(m.log[mark.log :])
            if alike or not m.hints.in_order:
                return
        except ConflictError:
            pass
        except (ReferenceFaultError, ReferenceUnknownError):
            known = len(m.hints.changed)
            parts = lanes.numbers if lanes.runs[0] == lanes.runs[-1] else lanes.runs
        finally:
            m.guards = False
        _restore(saved)
        m.forget(mark)
    for each in _places(parts):
        _evaluate_group(m, lanes.of(each), body)


def _evaluate_parts(m: Machine, lanes: Lanes, body: _Body, saved: _Saved) -> None:
    """Evaluate lanes together, or in parts if they diverge. Add the old contents of changed buffers to ``saved``."""
    try:
        parts = _attempt(m, lanes, body)
    finally:
        for buffer, data in m.saved.items():
            saved.setdefault(buffer, data)
    for part in parts:
        _evaluate_parts(m, lanes.of(part), body, saved)


def _follow(m: Following, lanes: Lanes, decisions: slice, chosen: Array | None, body: _Body) -> None:
    """Evaluate lanes, or some of them, with the decisions of another evaluation."""
    m.follow(decisions, chosen)
    for part in _attempt(m, lanes if chosen is None else lanes.of(chosen), body):
        _follow(m, lanes, decisions, part if chosen is None else chosen[part], body)


def _attempt(m: Machine, lanes: Lanes, body: _Body) -> list[Array]:
    """Evaluate lanes together, and return an empty list.

    If they diverge or are too many, restore memory, and return the indices of the lanes of each part instead.
    """
    mark = m.mark()
    m.begin(lanes)
    try:
        body()
    except (DivergedError, CrowdedError) as error:
        parts = _parts(m, lanes, error)
        _restore(m.saved)
        m.forget(mark)
        return parts
    m.keep()
    return []


def _parts(m: Machine, lanes: Lanes, error: DivergedError | CrowdedError) -> list[Array]:
    """Return the indices of the lanes of each part into which a group must be divided."""
    if isinstance(error, DivergedError):
        return _places(error.keys)
    m.hints.lanes = max(1, min(len(lanes) - 1, MOST_AT_ONCE // error.size))
    return _places(np.arange(len(lanes)) // m.hints.lanes)


def _places(values: Array) -> list[Array]:
    """Return the indices of each distinct value, ordered by its first occurrence."""
    _, firsts, numbers = np.unique(values, return_index=True, return_inverse=True)
    return [np.flatnonzero(numbers == each) for each in np.argsort(firsts)]


def _restore(saved: _Saved) -> None:
    for buffer, data in saved.items():
        buffer.data[:] = data
