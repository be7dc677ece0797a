"""Queries by a thread or a block for the faces of a mesh in boxes and spheres, and access to its tree and groups."""

from dataclasses import replace
from typing import Any

import numpy as np

from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.objects import (
    all_corners,
    answers_of,
    corners,
    object_of,
    query_of,
    root_of,
    spread,
)
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.triangles import closest_by_regions, closest_on_parts
from synthesis.frontends.warp.reference.values import Array, Handle, Query, Value


@semantics("mesh_query_aabb")
def _in_box(machine: Machine, id: Any, low: Value, high: Value) -> Query:  # noqa: A002
    """Return the faces whose bounding boxes intersect a box; the bounds of both are included."""
    held = corners(machine, object_of(machine, id, "mesh"))

    def ask(triangles: Array, low: Array, high: Array) -> tuple[Array]:
        inside = (triangles.min(axis=2) <= high[:, None]) & (triangles.max(axis=2) >= low[:, None])
        return (inside.all(axis=-1),)

    (member,) = answers_of(machine, ask, [held], [spread(machine, low), spread(machine, high)])
    return query_of(machine, "mesh_query", member)


@semantics("mesh_query_sphere")
def _in_sphere(machine: Machine, id: Any, center: Value, radius: Value) -> Query:  # noqa: A002
    """Return the faces with a point within a radius, surface included; a negative radius counts as 0."""
    closest = closest_on_parts if machine.double else closest_by_regions

    def ask(triangles: Array, centers: Array, radius: Array) -> tuple[Array]:
        return (closest(triangles, centers)[0] <= np.maximum(radius, 0)[:, None],)

    held = corners(machine, object_of(machine, id, "mesh"))
    (member,) = answers_of(machine, ask, [held], [spread(machine, center), spread(machine, radius)])
    return query_of(machine, "mesh_query", member)


@semantics("tile_mesh_query_aabb", "mesh_query_aabb_tiled")
def _in_box_of_a_block(machine: Machine, id: Any, low: Value, high: Value) -> Query:  # noqa: A002
    return replace(_in_box(machine, id, low, high), kind="tile_mesh_query")


@semantics("mesh_get_bvh")
def _tree(machine: Machine, id: Any) -> Handle:  # noqa: A002
    """Return the tree of the boxes around a mesh's faces, with the faces' numbers and groups."""
    handle = object_of(machine, id, "mesh")
    held = all_corners(handle)
    groups = {"groups": handle.parts["groups"]} if "groups" in handle.parts else {}
    return Handle("bvh", {"lowers": held.min(axis=-2), "uppers": held.max(axis=-2), **groups}, handle.number)


@semantics("mesh_get_group_root")
def _root(machine: Machine, id: Any, group: Value) -> Value:  # noqa: A002
    return root_of(machine, object_of(machine, id, "mesh"), group)
