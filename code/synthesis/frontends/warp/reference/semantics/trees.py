"""Queries of trees of boxes and of grids of points, by looking at every box and every point."""

from typing import Any

import numpy as np

from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.objects import asked, numbered, object_of, part, query_of, spread
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.values import INT32, Array, Query, Value

_BEYOND = 1e-5
"""How much farther than its radius, of the radius, a query of points looks, so that none at its edge is left out."""


@semantics("bvh_query_aabb")
def _boxes(machine: Machine, id: Any, low: Value, high: Value) -> Query:  # noqa: A002
    """The boxes that meet a box, the bounds of both included."""
    handle = object_of(id, "bvh")

    def ask(lowers: Array, uppers: Array, low: Array, high: Array) -> tuple[Array]:
        return (((lowers <= high[:, None]) & (uppers >= low[:, None])).all(axis=-1),)

    whole = [part(machine, handle, "lowers"), part(machine, handle, "uppers")]
    (member,) = asked(machine, ask, whole, [spread(machine, low), spread(machine, high)])
    return query_of(machine, "bvh_query", member)


@semantics("bvh_query_ray")
def _met_boxes(machine: Machine, id: Any, start: Value, dir: Value) -> Query:  # noqa: A002
    """The boxes that a ray comes through, or starts in; a ray without a direction comes through none."""
    handle = object_of(id, "bvh")

    def ask(lowers: Array, uppers: Array, starts: Array, directions: Array) -> tuple[Array]:
        with np.errstate(divide="ignore", invalid="ignore"):
            one, other = ((each - starts[:, None]) / directions[:, None] for each in (lowers, uppers))
            near, far = np.fmin(one, other).max(axis=-1), np.fmax(one, other).min(axis=-1)
        return ((far >= 0) & (far >= near) & (near < np.inf),)

    whole = [part(machine, handle, "lowers"), part(machine, handle, "uppers")]
    (member,) = asked(machine, ask, whole, [spread(machine, start), spread(machine, dir)])
    return query_of(machine, "bvh_query", member)


@semantics("hash_grid_query")
def _points(machine: Machine, id: Any, point: Value, max_dist: Value) -> Query:  # noqa: A002
    """The points within a radius, and perhaps others: in single precision all, in double precision none.

    Which others Warp finds depends on its cells, so that a kernel has to leave them out by itself.
    """
    handle = object_of(id, "hash_grid")

    def ask(points: Array, around: Array, radius: Array) -> tuple[Array]:
        gap = points - around[:, None]
        near = (gap * gap).sum(axis=-1) <= (radius[:, None] * (1 + _BEYOND)) ** 2
        return (near if machine.double else np.ones_like(near),)

    given = [spread(machine, point), spread(machine, max_dist)]
    (member,) = asked(machine, ask, [part(machine, handle, "points")], given)
    return query_of(machine, "hash_grid_query", member)


@semantics("hash_grid_point_id")
def _in_order(machine: Machine, id: Any, index: Value) -> Value:  # noqa: A002
    """The points in some order: of cells in Warp, of their numbers here, or backwards."""
    count = part(machine, object_of(id, "hash_grid"), "points").shape[1]
    places = numbered(machine, index, count, "a point")
    return Value(INT32, (count - 1 - places if machine.backwards else places).astype(np.int32))
