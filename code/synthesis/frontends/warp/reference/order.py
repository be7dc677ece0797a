"""Analysis of the order in which a launch's threads must run, and of what another order would change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from synthesis.core.formats import is_floating
from synthesis.frontends.base import ReferenceFaultError, Trace
from synthesis.frontends.warp.reference.lanes import Access
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.values import Array, Recast

_READ, _WRITTEN, _ADDED, _EXCHANGED = range(4)
_KINDS = {"R": _READ, "W": _WRITTEN, "A": _ADDED, "X": _EXCHANGED}
"""Kinds of memory accesses by their first letter in a machine's log; atomics have two letters."""
_OPERATIONS = {name: 1 + number for number, name in enumerate(("add", "min", "max", "and", "or", "xor", "exch", "cas"))}
_REPLACING = 7
"""The number of the first atomic operation that does not commute with itself."""
_MOST_INDICES = 1_000_003
"""A prime that is larger than most dimensions of arrays."""
_WHOLE = -1
"""Stands for the component of an access to a whole element."""
_ORDER_TOLERANCE = 1e-3
"""Error that another order of summation may cause, relative to an array's largest element."""


@dataclass(frozen=True, slots=True)
class Touched:
    """The accesses to one memory that was changed, in order."""

    place: Array
    """The element of each access, as a number."""
    kind: Array
    operation: Array
    """The atomic operation of each access, as a number; 0 for other accesses."""
    thread: Array

    @property
    def changes(self) -> Array:
        """A mask of the accesses that are not just reads."""
        return self.kind != _READ


def touched_by(machines: Sequence[Machine], without: Callable[[Access], bool] = lambda _: False) -> dict[Any, Touched]:
    """Return the accesses to each memory that was changed, by its key.

    Args:
        machines: the machines, which ran one after another.
        without: returns whether an access is left out; by default none is.
    """
    changed = {each.key for machine in machines for each in machine.log if each.kind != "R"}
    ranks: dict[Any, int] = {}
    logged = [(machine, each) for machine in machines for each in machine.log if each.key in changed]
    for _, each in logged:
        ranks[each.key] = min(len(each.indices), ranks.get(each.key, len(each.indices)))
    columns: dict[Any, list[tuple[Array, Array, Array, Array, Array]]] = {}
    for machine, access in logged:
        if without(access):
            continue
        key, kind, indices, lanes, kept, _ = access
        active = np.nonzero(lanes)  # for a tile, the indices of lanes and of elements
        numbers = active[0] if kept is None else kept[active[0]]
        rank, replica = ranks[key], machine.replica[numbers].astype(np.int64)
        place = _numbered(indices[:rank], active, replica)
        part = _numbered(indices[rank:], active, np.full(len(replica), _WHOLE if len(indices) == rank else 0))
        kinds, operations = (np.full(len(place), each) for each in (_KINDS[kind[0]], _OPERATIONS.get(kind[1:], 0)))
        columns.setdefault(key, []).append((place, kinds, operations, machine.linear[numbers], part))
    return {key: _of_parts(*map(np.concatenate, zip(*each, strict=True))) for key, each in columns.items()}


def _numbered(indices: Sequence[Array], active: tuple[Array, ...], number: Array) -> Array:
    """Return one number for each access, made from a number and from its indices."""
    for index in indices:
        number = number * _MOST_INDICES + (index[active] if len(index) > 1 or index.ndim > 1 else index)
    return number


def _of_parts(place: Array, kind: Array, operation: Array, thread: Array, part: Array) -> Touched:
    """Return accesses to elements, some of which are to one component; the others are accesses to every component."""
    parts = np.unique(part[part != _WHOLE])
    if not len(parts):
        return Touched(place, kind, operation, thread)
    count = np.where(part == _WHOLE, len(parts), 1)
    every = np.tile(np.arange(len(parts)), int((part == _WHOLE).sum()))
    found = np.searchsorted(parts, np.repeat(part, count))
    found[np.repeat(part, count) == _WHOLE] = every
    repeated = (np.repeat(each, count) for each in (kind, operation, thread))
    return Touched(np.repeat(place, count) * len(parts) + found, *repeated)


def is_recast(machine: Machine) -> bool:
    """Return whether an array was changed and was accessed under two shapes, in which elements have other indices."""
    keys = {each.key for each in machine.log if isinstance(each.key, Recast)}
    both = keys | {key.key for key in keys}
    return any(each.kind != "R" and each.key in both for each in machine.log)


def depend(touched: Mapping[Any, Touched]) -> bool:
    """Return whether the values that a thread reads may depend on which other threads have run."""
    return any(is_shared(each) for each in touched.values() if not _is_sum(each))


def _is_sum(touched: Touched) -> bool:
    """Return whether all accesses to a memory are atomics of one kind, which commute."""
    return bool((touched.kind == _ADDED).all()) and len(np.unique(touched.operation)) == 1


def is_shared(touched: Touched, *, atomics: bool = False) -> bool:
    """Return whether an element is written by one thread and read or written by another.

    Args:
        touched: the accesses.
        atomics: whether an element that is only added to counts, too.
    """
    elements = _elements(touched)
    if elements is None:
        return False
    read, written, added, exchanged, mixed, _ = elements
    return bool((written | exchanged | mixed | (added & (read | atomics))).any())


def is_stored_by_one_of_several(touched: Touched) -> bool:
    """Return whether threads share an element that one of them stores without an atomic.

    Warp's adjoint of such a store reads the element's adjoint and sets it to zero, also without an atomic.
    """
    elements = _elements(touched)
    return elements is not None and bool(elements[_WRITTEN].any())


def clash(touched: Mapping[Any, Touched]) -> bool:
    """Return whether threads change an element in ways that do not commute, so that it may depend on their order.

    Atomics of one kind commute, such as those of a counter, although the values that they return depend on the order.
    """
    found = filter(None, map(_elements, touched.values()))
    return any(
        bool((written | mixed | replaced | ((added | exchanged) & read)).any())
        for read, written, added, exchanged, mixed, replaced in found
    )


def _elements(touched: Touched) -> tuple[Array, ...] | None:
    """Return masks of the elements that several threads access.

    There is one for each kind of access in ``_KINDS``, one for atomics of several operations, and one for atomics that
    replace the value. The result is None if no two threads access the same element.
    """
    order = np.argsort(touched.place, kind="stable")
    place, thread = touched.place[order], touched.thread[order]
    if not np.count_nonzero((place[1:] == place[:-1]) & (thread[1:] != thread[:-1])):
        return None  # usually no two threads access the same element
    unique, which = np.unique(touched.place, return_inverse=True)
    lowest, highest = np.full(len(unique), 1 << 60), np.full(len(unique), -1)
    np.minimum.at(lowest, which, touched.thread)
    np.maximum.at(highest, which, touched.thread)
    several = lowest != highest
    kinds = [np.zeros(len(unique), bool) for _ in _KINDS]
    for kind, each in enumerate(kinds):
        each[which[touched.kind == kind]] = True
    operations = np.zeros(len(unique), np.int64)
    np.bitwise_or.at(operations, which, 1 << touched.operation >> 1)
    mixed, replaced = operations & (operations - 1) != 0, operations >> (_REPLACING - 1) != 0
    return tuple(each & several for each in (*kinds, mixed, replaced))


def are_in_order(touched: Mapping[Any, Touched]) -> bool:
    """Return whether threads accessed each element in the order of their numbers, unless they only read it.

    If so, each thread read the same values as when threads run one after another.
    """
    return all(map(_is_in_order, touched.values()))


def _is_in_order(touched: Touched) -> bool:
    order = np.argsort(touched.place, kind="stable")
    place, thread, changes = touched.place[order], touched.thread[order].astype(np.int64), touched.changes[order]
    first = np.cumsum(np.diff(place, prepend=place[:1]) != 0) * (thread.max(initial=0) + 2)
    latest = np.maximum.accumulate(first + 1 + thread)
    latest_change = np.maximum.accumulate(first + np.where(changes, 1 + thread, 0))
    return not bool((np.where(changes, latest, latest_change) > first + 1 + thread).any())


def first_runs(machines: Sequence[Machine]) -> dict[int, int]:
    """Map the identity of each statement or expression to the number of the run that executes it first.

    The first execution is the one by the lowest thread, as if threads ran one after another.
    """
    earliest: dict[int, tuple[int, int]] = {}
    for machine in machines:
        lowest = int(machine.linear[0])
        for place, active in machine.notes:
            known = earliest.get(place)
            if known is not None and known[0] <= lowest:
                continue
            lane = active[machine.linear[active].argmin()]
            if known is None or known[0] > machine.linear[lane]:
                earliest[place] = int(machine.linear[lane]), int(machine.replica[lane])
    return {place: run for place, (_, run) in earliest.items()}


def stages_of(touched: Mapping[Any, Touched], threads: int) -> list[list[int]]:
    """Return groups of threads. The threads of a group can run together; the groups must run in order.

    The recorded accesses are assumed to be those of any other order as well. If one of two threads changes an element
    that the other accesses, the thread with the higher number is in a later group.
    """
    places: list[Array] = []
    count = 0
    for each in touched.values():
        unique, which = np.unique(each.place, return_inverse=True)
        places.append(count + which)
        count += len(unique)
    place = np.concatenate(places)
    thread = np.concatenate([each.thread for each in touched.values()])
    changes = np.concatenate([each.changes for each in touched.values()])
    order = np.argsort(thread, kind="stable")
    ends = np.searchsorted(thread[order], np.arange(threads + 1))
    changed, seen = np.zeros(count, int), np.zeros(count, int)  # the first group in which each element may be accessed
    stages: list[list[int]] = []
    for number in range(threads):
        mine = order[ends[number] : ends[number + 1]]
        own, own_changes = place[mine], place[mine][changes[mine]]
        stage = int(max(changed[own].max(initial=0), seen[own_changes].max(initial=0)))
        seen[own] = np.maximum(seen[own], stage + 1)
        changed[own_changes] = np.maximum(changed[own_changes], stage + 1)
        if stage == len(stages):
            stages.append([])
        stages[stage].append(number)
    return stages


def order_changes(
    memory: Mapping[str, Any],
    together: Mapping[str, Any],
    backwards: Callable[[], tuple[dict[str, Any], Trace, list[Machine]]],
) -> str | None:
    """Return the name of the first argument that another order changes by more than rounding; None if none.

    If the kernel is at fault in reverse order, the name of the first argument is returned.

    Args:
        memory: the result in the order of a CPU.
        together: the result if all threads execute each statement before any executes the next one. A sum of plain
            loads and stores then loses terms, though it is the same in reverse order.
        backwards: runs the launches with the last thread first.
    """
    changed = _changed_argument(memory, together)
    if changed is not None:
        return changed
    try:
        other, _, _ = backwards()
    except ReferenceFaultError:
        return next(iter(memory))
    return _changed_argument(memory, other)


def _changed_argument(memory: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    return next((name for name, value in memory.items() if _differ(value, other[name])), None)


def _differ(left: Any, right: Any) -> bool:
    if isinstance(left, dict):
        return any(_differ(each, right[name]) for name, each in cast(dict[str, Any], left).items())
    if not is_floating(left.dtype):
        return not np.array_equal(left, right)
    size = np.max(np.abs(left), initial=0.0, where=np.isfinite(left))
    return not np.allclose(left, right, rtol=_ORDER_TOLERANCE, atol=_ORDER_TOLERANCE * float(size), equal_nan=True)
