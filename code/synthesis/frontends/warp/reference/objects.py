"""Objects that kernels query. The oracle examines all of an object's contents for every lane.

A query may have several correct answers (a point may be equally close to two faces), and the order of its items may be
undefined. A machine in reverse order gives a different answer in such a case; in double precision this is the default.
So a kernel whose results depend on the answer counts as ill-conditioned, and makes no row.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from synthesis.frontends.base import (
    NoObjectError,
    ReferenceFaultError,
    ReferenceUnknownError,
    UnknownObjectError,
)
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.values import INT32, UINT64, Array, Handle, Query, Value

_BATCH_SIZE = 4096
"""Number of lanes that are compared with a whole object at once."""
_ROOTS = {False: 2**28, True: 2**30}
"""The smallest number that represents the root of a group, by whether the machine goes backwards."""
_OBJECTS = {False: 2**40, True: 2**42}
"""The first id of the objects of the first argument, and the distance to those of the next, by the machine's order."""
_EXISTS = "exists"
"""The part of the objects in an array that is 0 for one that does not exist."""
_GROUPS = 2**20
"""Group numbers must be smaller than this in absolute value."""
_NEAR = 2e-7
"""Relative difference below which single precision may confuse two distances."""


def ids_of(machine: Machine, kind: str, parts: Mapping[str, Array], rank: int) -> Array:
    """Return the ids of the objects of an argument, as an array of shape ``(replicas, *shape)``.

    An id is not the number that Warp uses. It is larger if the machine goes backwards, so results that use the number
    itself are ill-conditioned. The id of an object that does not exist is 0.

    Args:
        machine: the machine, which keeps the objects.
        kind: the objects' kind.
        parts: their parts, of shape ``(replicas, *shape, *part's shape)`` each.
        rank: the number of dimensions of ``shape``; 0 for a single object.
    """
    shape = next(iter(parts.values())).shape[: 1 + rank]
    count = math.prod(shape[1:])
    held = (
        {name: each.reshape(len(each), count, *each.shape[1 + rank :]) for name, each in parts.items()}
        if rank
        else parts
    )
    machine.objects.append(Handle(kind, held, np.zeros(1, np.int64) if rank else None))
    first = len(machine.objects) * _first_id(machine)
    ids: Array = np.empty(shape, np.uint64)
    ids[...] = np.arange(first, first + count, dtype=np.uint64).reshape(shape[1:])
    if _EXISTS in parts:
        ids[parts[_EXISTS] == 0] = 0
    return ids


def object_of(machine: Machine, given: Any, kind: str) -> Handle:
    """Return the object that an argument of a built-in refers to; for an empty ``kind``, an object of any kind.

    Raises:
        UnknownObjectError: if nothing is known of the object.
        NoObjectError: if the object does not exist.
        ReferenceUnknownError: if it is an object of another kind, or lanes query objects of different arguments.
    """
    handle = _identified(machine, given, kind) if isinstance(given, Value) else given
    if not isinstance(handle, Handle):
        raise UnknownObjectError(kind)
    if kind and handle.kind != kind:
        raise ReferenceUnknownError(f"a {handle.kind} in place of a {kind}")
    return handle


def _identified(machine: Machine, given: Value, kind: str) -> Handle:
    """Return the object with the id of each lane; the ids of inactive lanes do not matter."""
    ids = spread(machine, given)[machine.mask]
    owners, numbers = np.divmod(ids, np.uint64(_first_id(machine)))
    known = [each for each in machine.objects if not kind or each.kind == kind]
    if given.type != UINT64 or not known or ((owners == 0) & (ids != 0)).any():
        raise UnknownObjectError(kind)
    if (ids == 0).any():
        raise NoObjectError(known[0].kind)
    several = np.unique(owners)
    if several.size > 1:
        raise ReferenceUnknownError(f"a query of a {known[0].kind} of several arguments")
    found = machine.objects[int(several[0]) - 1] if several.size else known[0]
    if found.number is None:
        return found
    number = np.zeros(machine.lanes, np.int64)
    number[machine.mask] = numbers
    return replace(found, number=number)


def _first_id(machine: Machine) -> int:
    """Return the id of the first object of the first argument, which depends on the machine's order."""
    return _OBJECTS[machine.backwards]


def places(machine: Machine, handle: Handle) -> tuple[Any, ...]:
    """Return the indices of each lane's object in the arrays of its parts."""
    replica: Any = machine.replica if machine.replicas > 1 else 0
    return (replica,) if handle.number is None else (replica, handle.number)


def part(machine: Machine, handle: Handle, name: str) -> Array:
    """Return a part of an object's data; its first axis has one entry per lane, or one for all."""
    return _by_lanes(machine, handle, _data_of(handle, name))


def _data_of(handle: Handle, name: str) -> Array:
    """Return a part of all objects.

    Raises:
        ReferenceUnknownError: if they have no such part.
    """
    if name not in handle.parts:
        raise ReferenceUnknownError(f"the {name} of a {handle.kind} without")
    return handle.parts[name]


def _by_lanes(machine: Machine, handle: Handle, data: Array) -> Array:
    return data if machine.replicas == 1 and handle.number is None else data[places(machine, handle)]


def corners(machine: Machine, handle: Handle, name: str = "points") -> Array:
    """Return the values at the corners of a mesh's faces, of shape ``(lanes or 1, faces, 3, 3)``."""
    return _by_lanes(machine, handle, all_corners(handle, name))


def all_corners(handle: Handle, name: str = "points") -> Array:
    """Return the values at the corners of the faces of all meshes, of shape ``(replicas, …, faces, 3, 3)``."""
    data, indices = _data_of(handle, name), handle.parts["indices"]
    points, order = data.reshape(-1, *data.shape[-2:]), indices.reshape(-1, indices.shape[-1])
    found = points[np.arange(len(points))[:, None], order]
    return found.reshape(*indices.shape[:-1], -1, 3, data.shape[-1])


def spread(machine: Machine, value: Value) -> Array:
    """Return a value with one entry per lane."""
    return np.broadcast_to(value.data, (machine.lanes, *value.type.shape))


def answers_of(
    machine: Machine, ask: Callable[..., Sequence[Array]], whole: Sequence[Array], given: Sequence[Array]
) -> Any:
    """Return the answers of a query for the active lanes, computed for some lanes at a time; zeros for the others.

    Args:
        machine: the machine of the lanes.
        ask: computes the answers for some lanes. It takes the entries of ``whole``, then those of ``given``, for these
            lanes, and returns arrays with one entry per lane.
        whole: the arrays of the queried object's data, with one entry per lane or one for all.
        given: the arrays of the query's arguments, with one entry per lane.
    """
    lanes = np.nonzero(machine.mask)[0]
    found: list[Array] = []
    for start in range(0, max(1, len(lanes)), _BATCH_SIZE):
        some = lanes[start : start + _BATCH_SIZE]
        answers = ask(*(each if len(each) == 1 else each[some] for each in whole), *(each[some] for each in given))
        if not found:
            found = [np.zeros((machine.lanes, *each.shape[1:]), each.dtype) for each in answers]
        for kept, each in zip(found, answers, strict=True):
            kept[some] = each
    return found


def chosen(
    machine: Machine, distances: Array, size: Array, places: Callable[[Array], Array] | None = None
) -> tuple[Array, Array]:
    """Return the index of the closest item for each lane, and whether an equally close item is at another place.

    If several items are equally close up to rounding, the choice depends on the machine's order. In reverse order it is
    the last of them. In forward order it is the one whose place is furthest from the last one's, or the first if all
    have the same place. So if a text may select items at different places, the two orders give different answers.

    Args:
        machine: the machine, which determines the order.
        distances: the distances of all items; shape ``(lanes, count)``.
        size: the scale of the query; shape ``(lanes, 1)``.
        places: returns the places of the items for the lanes with given indices; shape ``(indices, count, 3)``. If
            None, equally close items count as being at the same place.
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
    """Return the query whose items are the members, one row of truth values per lane, in the machine's order.

    Args:
        machine: the machine, for its order.
        kind: the kind of query, which determines the function that returns its next item.
        member: whether each item is found; shape ``(lanes, count)``.
        near: the distance along a ray to the start of each item, of the same shape; None for queries without a ray.
        closed: whether an item that begins exactly at a limit is found, too.
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
    """Return the number that represents the root of a group of items of an object; -1 if the group is empty.

    Queries take -1 to mean all items. If an object has no groups, all items are in group 0. The number is not the index
    of the node that Warp returns. It is several times as large if the machine goes backwards, so results that use the
    number itself are ill-conditioned.
    """
    groups = spread(machine, group).astype(np.int64)
    if (np.abs(groups) >= _GROUPS).any():
        raise ReferenceUnknownError("a group with a number this large")
    there = in_groups(machine, handle, groups).any(axis=1)
    number = _ROOTS[machine.backwards] + groups + _GROUPS
    return Value(INT32, np.where(there, number, -1).astype(np.int32))


def in_groups(machine: Machine, handle: Handle, groups: Array) -> Array:
    """Return which items of an object are in the given group of each lane, one row per lane."""
    if "groups" in handle.parts:
        return part(machine, handle, "groups") == groups[:, None]
    return np.zeros((1, 1), np.int64) == groups[:, None]


def in_group(machine: Machine, handle: Handle, root: Value | None) -> Array:
    """Return which items of an object are under a root from :func:`root_of`, one row per lane; all for None or -1.

    Raises:
        ReferenceUnknownError: if an active lane has any other number as a root.
    """
    if root is None:
        return np.ones((1, 1), bool)
    roots = spread(machine, root).astype(np.int64)
    first = _ROOTS[machine.backwards]
    known = (roots == -1) | (roots >= first)
    if not known[machine.mask].all():
        raise ReferenceUnknownError("a root that is not the root of a group")
    return (roots == -1)[:, None] | in_groups(machine, handle, roots - first - _GROUPS)


def numbered(machine: Machine, index: Value, count: int, what: str) -> Array:
    """Return indices of an object's items, one per lane. Indices of inactive lanes are replaced by valid ones.

    Raises:
        ReferenceFaultError: if an active lane's index is out of bounds, which Warp does not check.
    """
    places = spread(machine, index).astype(np.int64)
    outside = (places < 0) | (places >= count)
    if (outside & machine.mask).any():
        raise ReferenceFaultError(f"{what} out of bounds of {count}")
    return np.where(outside, 0, places)
