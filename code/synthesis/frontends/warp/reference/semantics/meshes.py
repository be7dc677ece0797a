"""Queries of meshes, which examine every face."""

from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.objects import (
    answers_of,
    chosen,
    corners,
    in_group,
    numbered,
    object_of,
    part,
    spread,
)
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.triangles import (
    closest_by_regions,
    closest_on_parts,
    crossed,
    dotted,
    hits,
    points_at,
    unit_of,
    winding,
)
from synthesis.frontends.warp.reference.values import (
    BOOL,
    FLOAT32,
    INT32,
    Array,
    ArrayView,
    Buffer,
    Handle,
    StructType,
    StructValue,
    Value,
    vector_type,
)

_VECTOR = vector_type("float32", 3)
_POINT = StructType("MeshQueryPoint", {"result": BOOL, "sign": FLOAT32, "face": INT32, "u": FLOAT32, "v": FLOAT32})
_RAY = StructType(
    "MeshQueryRay",
    {"result": BOOL, "sign": FLOAT32, "face": INT32, "t": FLOAT32, "u": FLOAT32, "v": FLOAT32, "normal": _VECTOR},
)
_MESH = StructType("Mesh", {})
"""The type of ``wp.Mesh``, whose fields depend on the mesh's parts."""
_ACCURACY = 2.0
"""The default of ``accuracy``: faces farther away than so many times their extent are approximated."""
_THRESHOLD = 0.5
"""The default of ``threshold``: the winding number above which a point is inside."""
_EDGES = {True: 1e-9, False: 1e-6}
"""Largest distance outside a face, in barycentric coordinates, at which a ray hits it, by whether precision is double.

So a ray through an edge hits one of the edge's two faces. At the border of an open mesh, single precision may find
either a hit or a miss.
"""


# ---- the closest point


def _point_query(machine: Machine, mesh: Any, point: Value, farthest: Value, *, signed: bool) -> StructValue:
    """Return the closest point of a mesh, if it is nearer than ``farthest``.

    Raises:
        ReferenceFaultError: if ``farthest`` is negative. Warp squares it in some of its queries.
    """
    handle = object_of(machine, mesh, "mesh")
    closest = closest_on_parts if machine.double else closest_by_regions

    def ask(triangles: Array, points: Array, limit: Array) -> tuple[Array, ...]:
        if (limit < 0).any():
            raise ReferenceFaultError("a query of a mesh with a negative distance")
        distances, weights = closest(triangles, points)
        size = 1 + np.abs(points).max(axis=1, keepdims=True)
        face, tied = chosen(
            machine,
            distances,
            size,
            lambda some: points_at(triangles if len(triangles) == 1 else triangles[some], weights[some]),
        )
        lane = np.arange(len(points))
        found = distances[lane, face] < limit
        kept = np.where(found[:, None], weights[lane, face], 0)
        sign = np.where(np.abs(winding(triangles, points)) > _THRESHOLD, -1.0, 1.0) if signed else np.zeros(len(points))
        sign = np.where(found, sign, 0).astype(kept.dtype)
        return found, sign, np.where(found, face, 0), kept[:, 0], kept[:, 1], tied & found

    result, sign, face, u, v, tied = answers_of(
        machine, ask, [corners(machine, handle)], [spread(machine, point), spread(machine, farthest)]
    )
    machine.note_singular(tied)
    fields = {"result": result, "sign": sign, "face": face.astype(np.int32), "u": u, "v": v}
    return StructValue(_POINT, {name: Value(_POINT.fields[name], data) for name, data in fields.items()})


@semantics("mesh_query_point_no_sign")
def _no_sign(machine: Machine, id: Any, point: Value, max_dist: Value) -> StructValue:  # noqa: A002
    return _point_query(machine, id, point, max_dist, signed=False)


@semantics("mesh_query_point")
def _signed(machine: Machine, id: Any, point: Value, max_dist: Value) -> StructValue:  # noqa: A002
    """Return the closest point, and a sign by the winding number: negative inside the mesh.

    On a closed mesh, all of Warp's methods give this sign.
    """
    return _point_query(machine, id, point, max_dist, signed=True)


@semantics("mesh_query_point_sign_winding_number")
def _by_winding(
    machine: Machine, id: Any, point: Value, max_dist: Value, accuracy: Value | None = None,  # noqa: A002
    threshold: Value | None = None,
) -> StructValue:  # fmt: skip
    """Return the closest point, and a sign by the winding number, of which Warp approximates the parts of far faces.

    On a closed mesh the winding number is 0 or 1, so every threshold well between gives the same sign.

    Raises:
        ReferenceUnknownError: if the approximation is coarser than by default, so that the sign may depend on it, or
            for another threshold than the default of an open mesh.
    """
    if accuracy is not None and (accuracy.data < _ACCURACY).any():
        raise ReferenceUnknownError(f"a winding number of less accuracy than {_ACCURACY}")
    if threshold is not None and (threshold.data != _THRESHOLD).any():
        if (np.abs(threshold.data - _THRESHOLD) > _THRESHOLD / 2).any():
            raise ReferenceUnknownError("a threshold of the winding number near 0 or 1")
        _closed(machine, id)
    return _point_query(machine, id, point, max_dist, signed=True)


@semantics("mesh_query_point_sign_normal")
def _by_normals(
    machine: Machine, id: Any, point: Value, max_dist: Value, epsilon: Value | None = None  # noqa: A002
) -> StructValue:  # fmt: skip
    """Return the closest point. On a closed mesh, the sign by normals equals the sign by winding number."""
    _closed(machine, id)
    return _point_query(machine, id, point, max_dist, signed=True)


@semantics("mesh_query_point_sign_parity")
def _by_parity(
    machine: Machine, id: Any, point: Value, max_dist: Value, n_sample: Value | None = None,  # noqa: A002
    perturbation_scale: Value | None = None,
) -> StructValue:  # fmt: skip
    """Return the closest point, and a sign by the parity of crossings along rays.

    On a closed mesh it equals the sign by the winding number. Without rays, all points count as inside.
    """
    _closed(machine, id)
    found = _point_query(machine, id, point, max_dist, signed=True)
    if n_sample is None:
        return found
    sign, result = found.fields["sign"], found.fields["result"].data
    inside = np.where((n_sample.data <= 0) & result, -1, sign.data).astype(sign.data.dtype)
    return StructValue(found.type, found.fields | {"sign": Value(FLOAT32, inside)})


def _closed(machine: Machine, mesh: Any) -> None:
    """Raise an error for an open mesh, in which some edge has no counterpart in the opposite direction.

    Raises:
        ReferenceUnknownError: if the mesh is open.
    """
    held = object_of(machine, mesh, "mesh").parts["indices"]
    for indices in held.reshape(-1, held.shape[-1]):
        faces = indices.reshape(-1, 3)
        edges: set[tuple[int, int]] = {
            (int(face[start]), int(face[(start + 1) % 3])) for face in faces for start in range(3)
        }
        if edges != {(end, start) for start, end in edges}:
            raise ReferenceUnknownError("the sides of an open mesh")


@semantics("mesh_query_furthest_point_no_sign")
def _furthest(machine: Machine, id: Any, point: Value, min_dist: Value) -> StructValue:  # noqa: A002
    """Return the furthest point, which is a corner of a face."""
    handle = object_of(machine, id, "mesh")

    def ask(triangles: Array, points: Array, least: Array) -> tuple[Array, ...]:
        gap = triangles - points[:, None, None]
        squared = np.sqrt(dotted(gap, gap))
        corner = squared.argmax(axis=-1)
        weights = np.eye(3, dtype=points.dtype)[corner]
        away = np.take_along_axis(squared, corner[..., None], axis=-1)[..., 0]
        size = 1 + np.abs(points).max(axis=1, keepdims=True)
        face, tied = chosen(
            machine,
            -away,
            size,
            lambda some: points_at(triangles if len(triangles) == 1 else triangles[some], weights[some]),
        )
        lane = np.arange(len(points))
        found = away[lane, face] > least
        kept = np.where(found[:, None], weights[lane, face], 0)
        return found, np.where(found, face, 0), kept[:, 0], kept[:, 1], tied & found

    given = [spread(machine, point), spread(machine, min_dist)]
    result, face, u, v, tied = answers_of(machine, ask, [corners(machine, handle)], given)
    machine.note_singular(tied)
    fields = {"result": result, "sign": np.zeros_like(u), "face": face.astype(np.int32), "u": u, "v": v}
    return StructValue(_POINT, {name: Value(_POINT.fields[name], data) for name, data in fields.items()})


# ---- rays


@semantics("mesh_query_ray")
def _ray(
    machine: Machine, id: Any, start: Value, dir: Value, max_t: Value, root: Value | None = None  # noqa: A002
) -> StructValue:  # fmt: skip
    handle = object_of(machine, id, "mesh")
    among = np.broadcast_to(in_group(machine, handle, root), (machine.lanes, 1 if root is None else _faces(handle)))

    def ask(
        triangles: Array, starts: Array, directions: Array, limit: Array, among: Array
    ) -> tuple[Array, ...]:  # fmt: skip
        t, weights, normals = hits(triangles, starts, directions, _EDGES[machine.double])
        t = np.where(among, t, np.inf)
        lane = np.arange(len(starts))
        face, _ = chosen(machine, t, np.ones((len(starts), 1), t.dtype))
        t, kept, normal = t[lane, face], weights[lane, face], np.broadcast_to(normals, weights.shape)[lane, face]
        found = t < limit
        sign = np.where(dotted(normal, directions) < 0, 1.0, -1.0)
        numbers = (np.where(found, each, 0) for each in (sign.astype(t.dtype), t, kept[:, 0], kept[:, 1]))
        return found, np.where(found, face, 0), *numbers, np.where(found[:, None], unit_of(normal), 0)

    given = [spread(machine, each) for each in (start, dir, max_t)]
    result, face, sign, t, u, v, normal = answers_of(machine, ask, [corners(machine, handle)], [*given, among])
    fields = {"result": result, "sign": sign, "face": face.astype(np.int32), "t": t, "u": u, "v": v, "normal": normal}
    return StructValue(_RAY, {name: Value(_RAY.fields[name], data) for name, data in fields.items()})


@semantics("mesh_query_ray_anyhit")
def _any_hit(
    machine: Machine, id: Any, start: Value, dir: Value, max_t: Value, root: Value | None = None  # noqa: A002
) -> Value:  # fmt: skip
    return _ray(machine, id, start, dir, max_t, root).fields["result"]


@semantics("mesh_query_ray_count_intersections")
def _crossings(machine: Machine, id: Any, start: Value, dir: Value, root: Value | None = None) -> Value:  # noqa: A002
    """Return the number of faces that a ray hits."""
    handle = object_of(machine, id, "mesh")
    among = np.broadcast_to(in_group(machine, handle, root), (machine.lanes, 1 if root is None else _faces(handle)))

    def ask(triangles: Array, starts: Array, directions: Array, among: Array) -> tuple[Array]:
        t, _, _ = hits(triangles, starts, directions, _EDGES[machine.double])
        return ((np.isfinite(t) & among).sum(axis=1).astype(np.int32),)

    given = [spread(machine, start), spread(machine, dir), among]
    (count,) = answers_of(machine, ask, [corners(machine, handle)], given)
    return Value(INT32, count)


def _faces(handle: Handle) -> int:
    return handle.parts["indices"].shape[-1] // 3


# ---- faces and points


def _face(machine: Machine, mesh: Any, face: Value, name: str = "points") -> Array:
    """Return the values at the corners of one face per lane."""
    of_corners = corners(machine, object_of(machine, mesh, "mesh"), name)
    places = numbered(machine, face, of_corners.shape[1], "a face")
    return of_corners[np.arange(machine.lanes) if len(of_corners) > 1 else 0, places]


def _interpolated(machine: Machine, of_corners: Array, u: Value, v: Value) -> Value:
    first, second = spread(machine, u)[:, None], spread(machine, v)[:, None]
    return Value(
        _VECTOR, of_corners[:, 0] * first + of_corners[:, 1] * second + of_corners[:, 2] * (1 - first - second)
    )


@semantics("mesh_eval_position")
def _position(machine: Machine, id: Any, face: Value, bary_u: Value, bary_v: Value) -> Value:  # noqa: A002
    return _interpolated(machine, _face(machine, id, face), bary_u, bary_v)


@semantics("mesh_eval_velocity")
def _velocity(machine: Machine, id: Any, face: Value, bary_u: Value, bary_v: Value) -> Value:  # noqa: A002
    return _interpolated(machine, _face(machine, id, face, "velocities"), bary_u, bary_v)


@semantics("mesh_eval_face_normal")
def _normal(machine: Machine, id: Any, face: Value) -> Value:  # noqa: A002
    of_corners = _face(machine, id, face)
    return Value(_VECTOR, unit_of(crossed(of_corners[:, 1] - of_corners[:, 0], of_corners[:, 2] - of_corners[:, 0])))


def _corner(machine: Machine, mesh: Any, index: Value, name: str) -> Value:
    """Return the value at the mesh's point to which an index into the list of corners refers."""
    of_corners = corners(machine, object_of(machine, mesh, "mesh"), name)
    of_corners = of_corners.reshape(len(of_corners), -1, 3)
    places = numbered(machine, index, of_corners.shape[1], "a corner")
    return Value(_VECTOR, of_corners[np.arange(machine.lanes) if len(of_corners) > 1 else 0, places])


@semantics("mesh_get_point")
def _point(machine: Machine, id: Any, index: Value) -> Value:  # noqa: A002
    return _corner(machine, id, index, "points")


@semantics("mesh_get_velocity")
def _point_velocity(machine: Machine, id: Any, index: Value) -> Value:  # noqa: A002
    return _corner(machine, id, index, "velocities")


@semantics("mesh_get_index")
def _index(machine: Machine, id: Any, index: Value) -> Value:  # noqa: A002
    indices = part(machine, object_of(machine, id, "mesh"), "indices")
    places = numbered(machine, index, indices.shape[1], "a corner")
    return Value(INT32, indices[np.arange(machine.lanes) if len(indices) > 1 else 0, places])


@semantics("mesh_get")
def _mesh(machine: Machine, id: Any) -> StructValue:  # noqa: A002
    handle = object_of(machine, id, "mesh")
    kinds = {"points": _VECTOR, "indices": INT32, "velocities": _VECTOR}
    return StructValue(_MESH, {name: _view(handle, name, kinds[name]) for name in handle.parts if name in kinds})


def _view(handle: Handle, name: str, kind: Any) -> ArrayView:
    """Return a part of a mesh as a read-only array, because Warp's tree would not follow changes."""
    data = handle.parts[name].view()
    data.flags.writeable = False
    chosen = () if handle.number is None else (handle.number,)
    return ArrayView(kind, data.shape[1 : 2 + len(chosen)], Buffer(data, (id(handle.parts), name)), chosen)
