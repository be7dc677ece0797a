"""Objects as the reference asks them: everything they hold is looked at, for every lane.

Where a question has several answers, as a point that is as close to one face as to the next, or where the order of what
is found is open, a machine that goes backwards answers differently, as that of double precision does. So what depends
on the answer is ill-conditioned, and no row.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.values import INT32, Array, Handle, Query, Value

_TOGETHER = 4096
"""Lanes that are compared with all of an object at once."""
_ROOTS, _GROUPS = 2**30, 2**20
"""The least number that stands for a group's root, and one more than the largest group of which there is one."""
_NEAR = 2e-7
"""Relative to the size of what is asked, within which single precision may take one distance for another."""


def object_of(handle: Any, kind: str) -> Handle:
    """The object that an argument of a built-in names.

    Raises:
        ReferenceUnknownError: if it is no id of such an object.
    """
    if not isinstance(handle, Handle):
        raise ReferenceUnknownError(f"the id of a {kind} of which nothing is known")
    if handle.kind != kind:
        raise ReferenceUnknownError(f"a {handle.kind} in the place of a {kind}")
    return handle


def part(machine: Machine, handle: Handle, name: str) -> Array:
    """A part of an object, a lane or a single entry for all along the first axis.

    Raises:
        ReferenceUnknownError: if it was made without.
    """
    if name not in handle.parts:
        raise ReferenceUnknownError(f"the {name} of a {handle.kind} without")
    data = handle.parts[name]
    return data if machine.replicas == 1 else data[machine.replica]


def corners(machine: Machine, handle: Handle, name: str = "points") -> Array:
    """What the corners of a mesh's faces hold, by lane (or one for all), face and corner: ``(lanes, faces, 3, 3)``."""
    data, indices = handle.parts[name], handle.parts["indices"]
    held = np.stack([values[order.reshape(-1, 3)] for values, order in zip(data, indices, strict=True)])
    return held if machine.replicas == 1 else held[machine.replica]


def spread(machine: Machine, value: Value) -> Array:
    """A value with an entry a lane."""
    return np.broadcast_to(value.data, (machine.lanes, *value.type.shape))


def asked(machine: Machine, ask: Callable[..., Sequence[Array]], whole: Sequence[Array], given: Sequence[Array]) -> Any:
    """What is found in the lanes that run, some of them at a time; zeros in the others.

    Args:
        machine: whose lanes.
        ask: takes parts of objects, then values, a lane an entry of each; gives arrays of as many entries.
        whole: parts of objects, with an entry a lane or one for all.
        given: values, with an entry a lane.
    """
    lanes = np.nonzero(machine.mask)[0]
    found: list[Array] = []
    for start in range(0, max(1, len(lanes)), _TOGETHER):
        some = lanes[start : start + _TOGETHER]
        answers = ask(*(each if len(each) == 1 else each[some] for each in whole), *(each[some] for each in given))
        if not found:
            found = [np.zeros((machine.lanes, *each.shape[1:]), each.dtype) for each in answers]
        for kept, each in zip(found, answers, strict=True):
            kept[some] = each
    return found


def chosen(
    machine: Machine, distances: Array, size: Array, places: Callable[[Array], Array] | None = None
) -> tuple[Array, Array]:
    """Which of several, a lane a row, is the closest, and whether another one that may be is at another place.

    Of those that are equal but for rounding, a machine that goes backwards takes the last. The other takes the one
    whose place is furthest from that one's, or the first if all are at one place; so no two places that a text may come
    to are taken for one.

    Args:
        machine: whose order.
        distances: of all of them; shape ``(lanes, count)``.
        size: of what is asked, a lane; shape ``(lanes, 1)``.
        places: where they are of some lanes; shape ``(number of these, count, 3)``. If it is not given, equal ones are
            at one place.
    """
    with np.errstate(invalid="ignore"):
        same = distances <= distances.min(axis=1, keepdims=True) + _NEAR * size
    first, last = same.argmax(axis=1), distances.shape[1] - 1 - same[:, ::-1].argmax(axis=1)
    taken, apart = last if machine.backwards else first.copy(), np.zeros(len(first), np.bool_)
    several = np.nonzero(first != last)[0]
    if places is None or not several.size:
        return taken, apart
    found = places(several)
    away: Array = np.abs(found - found[np.arange(len(several)), last[several]][:, None]).max(axis=-1)
    away[~same[several] | (away <= _NEAR * size[several])] = 0
    apart[several] = away.any(axis=1)
    if not machine.backwards:
        taken[apart] = away.argmax(axis=1)[apart[several]]
    return taken, apart


def query_of(machine: Machine, kind: str, member: Array, near: Array = None, *, closed: bool = False) -> Query:
    """The query that finds the members, a lane a row of truths, in the machine's order.

    Args:
        machine: whose order.
        kind: what gives the next of it.
        member: what is found; shape ``(lanes, count)``.
        near: how far along a ray each begins, of the same shape; None where no ray is asked with.
        closed: whether what begins as far as a limit is found too.
    """
    counts = member.sum(axis=1)
    most = max(1, int(counts.max(initial=0)))
    order = np.argsort(~member, axis=1, kind="stable")[:, :most]
    if machine.backwards:
        turned = np.maximum(counts[:, None] - 1 - np.arange(most), 0)
        order = np.take_along_axis(order, turned, axis=1)
    near = None if near is None else np.take_along_axis(np.broadcast_to(near, member.shape), order, axis=1)
    return Query(kind, order.astype(np.int32), counts, np.zeros(machine.lanes, np.int64), near, closed)


def root_of(machine: Machine, handle: Handle, group: Value) -> Value:
    """What stands for a group of an object's items; -1, which stands for all items, where none are of the group.

    Where an object has no groups, all items are of group 0. The number is no node of Warp's, and another one in each
    precision, so what is made of the number itself is ill-conditioned.
    """
    wanted = spread(machine, group).astype(np.int64)
    if (np.abs(wanted) >= _GROUPS).any():
        raise ReferenceUnknownError("a group with a number this large")
    there = in_groups(machine, handle, wanted).any(axis=1)
    number = _ROOTS + 2 * (wanted + _GROUPS) + machine.backwards
    return Value(INT32, np.where(there, number, -1).astype(np.int32))


def in_groups(machine: Machine, handle: Handle, wanted: Array) -> Array:
    """Which items of an object are of the group that a lane asks for, a lane a row."""
    if "groups" in handle.parts:
        return part(machine, handle, "groups") == wanted[:, None]
    return np.zeros((1, 1), np.int64) == wanted[:, None]


def in_group(machine: Machine, handle: Handle, root: Value | None) -> Array:
    """Which items of an object lie under a root that :func:`root_of` gave, a lane a row, or all under none or -1.

    Raises:
        ReferenceUnknownError: if an active lane has a root of another making.
    """
    if root is None:
        return np.ones((1, 1), bool)
    held = spread(machine, root).astype(np.int64)
    known = (held == -1) | (held >= _ROOTS)
    if not known[machine.mask].all():
        raise ReferenceUnknownError("a root that is none of a group")
    return (held == -1)[:, None] | in_groups(machine, handle, (held - _ROOTS) // 2 - _GROUPS)


def numbered(machine: Machine, index: Value, count: int, what: str) -> Array:
    """Indices of what an object holds, a lane an entry; those of lanes that do not run are inside too.

    Raises:
        ReferenceFaultError: if one of an active lane is outside, which Warp does not look at.
    """
    places = spread(machine, index).astype(np.int64)
    outside = (places < 0) | (places >= count)
    if (outside & machine.mask).any():
        raise ReferenceFaultError(f"{what} that there is not, of {count}")
    return np.where(outside, 0, places)
