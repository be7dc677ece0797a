"""Queries of trees of boxes and of grids of points, which examine every box and every point."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.objects import (
    answers_of,
    in_group,
    numbered,
    object_of,
    part,
    query_of,
    root_of,
    spread,
)
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.values import BOOL, INT32, Array, Query, Value

_BEYOND = 1e-5
"""Relative enlargement of the radius of a point query, so that no point on the boundary is left out."""


def _found(
    machine: Machine, id: Any, root: Value | None, ask: Callable[..., tuple[Array, ...]], *given: Value  # noqa: A002
) -> list[Array]:  # fmt: skip
    """Return which boxes of a tree a query finds, and the query's other results.

    Args:
        machine: the machine of the lanes.
        id: the tree's id.
        root: the root of the boxes to be examined; None for all.
        ask: takes the lower and upper bounds of all boxes, and the values; its first result is which boxes it finds.
        given: the values of the query.
    """
    handle = object_of(machine, id, "bvh")
    whole = [part(machine, handle, "lowers"), part(machine, handle, "uppers")]
    member, *rest = answers_of(machine, ask, whole, [spread(machine, each) for each in given])
    return [member & in_group(machine, handle, root), *rest]


@semantics("bvh_query_aabb")
def _boxes(machine: Machine, id: Any, low: Value, high: Value, root: Value | None = None) -> Query:  # noqa: A002
    """Return the boxes that intersect a box; the bounds of both are included."""

    def ask(lowers: Array, uppers: Array, low: Array, high: Array) -> tuple[Array]:
        return (((lowers <= high[:, None]) & (uppers >= low[:, None])).all(axis=-1),)

    (member,) = _found(machine, id, root, ask, low, high)
    return query_of(machine, "bvh_query", member)


def _through(lowers: Array, uppers: Array, starts: Array, directions: Array) -> tuple[Array, Array]:
    """Return which boxes a ray passes through, and the distance at which it enters each.

    Distances are multiples of the length of the direction.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = ((each - starts[:, None]) / directions[:, None] for each in (lowers, uppers))
        near, far = np.fmin(one, other).max(axis=-1), np.fmax(one, other).min(axis=-1)
    return (far >= 0) & (far >= near) & (near < np.inf), near


@semantics("bvh_query_ray")
def _met_boxes(machine: Machine, id: Any, start: Value, dir: Value, root: Value | None = None) -> Query:  # noqa: A002
    """Return the boxes that a ray passes through or starts in; a ray of zero direction passes through none."""
    member, near = _found(machine, id, root, _through, start, dir)
    return query_of(machine, "bvh_query", member, near)


@semantics("bvh_query_capsule")
def _in_capsule(
    machine: Machine, id: Any, start: Value, dir: Value, radius: Value, root: Value | None = None  # noqa: A002
) -> Query:  # fmt: skip
    """Return the boxes that a ray passes through if they are enlarged by a radius; a negative radius counts as 0."""

    def ask(
        lowers: Array, uppers: Array, starts: Array, directions: Array, radius: Array
    ) -> tuple[Array, Array]:  # fmt: skip
        larger = np.maximum(radius, 0)[:, None, None]
        return _through(lowers - larger, uppers + larger, starts, directions)

    member, near = _found(machine, id, root, ask, start, dir, radius)
    return query_of(machine, "bvh_query", member, near, closed=True)


@semantics("bvh_query_sphere")
def _in_sphere(
    machine: Machine, id: Any, center: Value, radius: Value, root: Value | None = None  # noqa: A002
) -> Query:  # fmt: skip
    """Return the boxes with a point within a radius, surface included; a negative radius counts as 0."""

    def ask(lowers: Array, uppers: Array, centers: Array, radius: Array) -> tuple[Array]:
        middle = centers[:, None]
        gap = np.maximum(np.maximum(lowers - middle, middle - uppers), 0)
        return ((gap * gap).sum(axis=-1) <= (np.maximum(radius, 0) ** 2)[:, None],)

    (member,) = _found(machine, id, root, ask, center, radius)
    return query_of(machine, "bvh_query", member)


@semantics("tile_bvh_query_aabb", "bvh_query_aabb_tiled")
def _boxes_of_a_block(machine: Machine, id: Any, low: Value, high: Value) -> Query:  # noqa: A002
    return replace(_boxes(machine, id, low, high), kind="tile_bvh_query")


@semantics("tile_bvh_query_ray", "bvh_query_ray_tiled")
def _met_boxes_of_a_block(machine: Machine, id: Any, start: Value, dir: Value) -> Query:  # noqa: A002
    return replace(_met_boxes(machine, id, start, dir), kind="tile_bvh_query")


@semantics("tile_query_valid")
def _is_valid(machine: Machine, query: Query) -> Value:
    """Return whether a block's query found an item in its last step, or has not made a step yet."""
    if query.kind not in ("tile_bvh_query", "tile_mesh_query"):
        raise ReferenceUnknownError("wp.tile_query_valid of a query that no block asks")
    return Value(BOOL, machine.everyone if query.valid is None else query.valid)


@semantics("bvh_get_group_root")
def _root(machine: Machine, id: Any, group: Value) -> Value:  # noqa: A002
    return root_of(machine, object_of(machine, id, "bvh"), group)


@semantics("hash_grid_query")
def _points(machine: Machine, id: Any, point: Value, max_dist: Value, group: Value | None = None) -> Query:  # noqa: A002
    """Return the points of a group, or of all, that are within a radius; in single precision, return the others too.

    Warp returns the points within the radius, and some others that depend on its cells, which a kernel must skip. The
    results of a kernel that does not skip them differ between the precisions, and in single precision between the two
    orders of the machine. With a negative radius, which points Warp returns depends on its cells alone.

    Raises:
        ReferenceFaultError: if a radius is negative.
        ReferenceUnknownError: if the numbers are not float32, as the points of a grid are here, or a group is given
            and the grid has none.
    """
    handle = object_of(machine, id, "hash_grid")
    if (point.type.scalar, max_dist.type.scalar) != ("float32", "float32"):
        raise ReferenceUnknownError(f"a hash grid of {point.type.scalar}")

    def ask(points: Array, around: Array, radius: Array) -> tuple[Array]:
        if (radius < 0).any():
            raise ReferenceFaultError("a query of a hash grid with a negative radius")
        gap = points - around[:, None]
        near = (gap * gap).sum(axis=-1) <= (radius[:, None] * (1 + _BEYOND)) ** 2
        return (near if machine.double or machine.backwards else np.ones_like(near),)

    given = [spread(machine, point), spread(machine, max_dist)]
    (member,) = answers_of(machine, ask, [part(machine, handle, "points")], given)
    if group is not None:
        member &= part(machine, handle, "groups") == spread(machine, group)[:, None]
    return query_of(machine, "hash_grid_query", member)


@semantics("hash_grid_point_id")
def _in_order(machine: Machine, id: Any, index: Value) -> Value:  # noqa: A002
    """Return the number of the point at an index of the grid's order of points.

    Warp orders the points by cell. Here they are in the order of their numbers, or in reverse.
    """
    count = part(machine, object_of(machine, id, "hash_grid"), "points").shape[1]
    places = numbered(machine, index, count, "a point")
    return Value(INT32, (count - 1 - places if machine.backwards else places).astype(np.int32))
