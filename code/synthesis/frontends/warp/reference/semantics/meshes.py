"""Queries of meshes, which examine every face."""

from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
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
_EDGES = {True: 1e-9, False: 1e-6}
"""Largest distance outside a face, in barycentric coordinates, at which a ray hits it, by whether precision is double.

So a ray through an edge hits one of the edge's two faces. At the border of an open mesh, single precision may find
either a hit or a miss.
"""


def _dot(a: Array, b: Array) -> Array:
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def _crossed(a: Array, b: Array) -> Array:
    """Return cross products along the last axis; this is faster than NumPy's."""
    made = np.empty(np.broadcast_shapes(a.shape, b.shape), a.dtype)
    for axis in range(3):
        left, right = (axis + 1) % 3, (axis + 2) % 3
        made[..., axis] = a[..., left] * b[..., right] - a[..., right] * b[..., left]
    return made


def _unit(vector: Array) -> Array:
    length = np.sqrt(_dot(vector, vector))[..., None]
    return np.where(length > 0, vector / np.where(length > 0, length, 1), 0)


# ---- the closest point


def closest_on_parts(triangles: Array, points: Array) -> tuple[Array, Array]:
    """Return the distance of each point from each face, and the barycentric weights of the closest point of the face.

    The closest point is the projection to the plane, if it is inside the face, or else the closest point of the three
    edges.
    """
    a, b, c = (triangles[:, :, corner] for corner in range(3))
    p = points[:, None]
    normal = _crossed(b - a, c - a)
    area = _dot(normal, normal)
    area = np.where(area > 0, area, 1)
    second, third = _dot(_crossed(p - a, c - a), normal) / area, _dot(_crossed(b - a, p - a), normal) / area
    best = np.stack([1 - second - third, second, third], axis=-1)
    gap = _at(triangles, best) - p
    least = np.where((best >= 0).all(axis=-1), _dot(gap, gap), np.inf)
    for start in range(3):
        weights = _on_edge(triangles, points, start)
        gap = _at(triangles, weights) - p
        squared = _dot(gap, gap)
        nearer = squared < least
        best, least = np.where(nearer[..., None], weights, best), np.where(nearer, squared, least)
    return np.sqrt(least).astype(points.dtype), best


def closest_by_regions(triangles: Array, points: Array) -> tuple[Array, Array]:
    """Return the same as :func:`closest_on_parts`, by finding the region of the face that is closest to the point.

    This is Warp's method. With a thin face it loses more digits than :func:`closest_on_parts`, and an evaluation in
    single precision has to show that loss.

    Source: C. Ericson, Real-Time Collision Detection, 5.1.5.
    """
    a, b, c = (triangles[:, :, corner] for corner in range(3))
    p, first, second = points[:, None], b - a, c - a
    (d1, d2), (d3, d4), (d5, d6) = ((_dot(first, p - each), _dot(second, p - each)) for each in (a, b, c))
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    zero, one = np.zeros_like(d1), np.ones_like(d1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (d4 - d3) / ((d4 - d3) + (d5 - d6))
        inside = 1 / (va + vb + vc)
        regions = [
            ((d1 <= 0) & (d2 <= 0), zero, zero),
            ((d3 >= 0) & (d4 <= d3), one, zero),
            ((vc <= 0) & (d1 >= 0) & (d3 <= 0), d1 / (d1 - d3), zero),
            ((d6 >= 0) & (d5 <= d6), zero, one),
            ((vb <= 0) & (d2 >= 0) & (d6 <= 0), zero, d2 / (d2 - d6)),
            ((va <= 0) & (d4 >= d3) & (d5 >= d6), 1 - share, share),
        ]
        where = [each for each, _, _ in regions]
        v = np.select(where, [each for _, each, _ in regions], vb * inside)
        w = np.select(where, [each for _, _, each in regions], vc * inside)
    weights = np.stack([1 - v - w, v, w], axis=-1)
    gap = _at(triangles, weights) - p
    return np.sqrt(_dot(gap, gap)), weights


def _on_edge(triangles: Array, points: Array, start: int) -> Array:
    """Return the barycentric weights of the closest point on one edge of each face."""
    end = (start + 1) % 3
    from_, along = triangles[:, :, start], triangles[:, :, end] - triangles[:, :, start]
    length = _dot(along, along)
    share = np.clip(_dot(points[:, None] - from_, along) / np.where(length > 0, length, 1), 0, 1)
    weights = np.zeros((*share.shape, 3), share.dtype)
    weights[..., start], weights[..., end] = 1 - share, share
    return weights


def _at(triangles: Array, weights: Array) -> Array:
    return sum(triangles[:, :, corner] * weights[..., corner, None] for corner in range(3))


def _winding(triangles: Array, points: Array) -> Array:
    """Return the winding number of the faces around each point: the sum of their solid angles, divided by 4π."""
    a, b, c = (triangles[:, :, corner] - points[:, None] for corner in range(3))
    la, lb, lc = (np.sqrt(_dot(each, each)) for each in (a, b, c))
    above = _dot(a, _crossed(b, c))
    below = la * lb * lc + _dot(a, b) * lc + _dot(b, c) * la + _dot(c, a) * lb
    return np.arctan2(above, below).sum(axis=1) / (2 * np.pi)


def _point_query(machine: Machine, mesh: Any, point: Value, farthest: Value, *, signed: bool) -> StructValue:
    handle = object_of(mesh, "mesh")
    closest = closest_on_parts if machine.double else closest_by_regions

    def ask(triangles: Array, points: Array, limit: Array) -> tuple[Array, ...]:
        distances, weights = closest(triangles, points)
        size = 1 + np.abs(points).max(axis=1, keepdims=True)
        face, tied = chosen(
            machine,
            distances,
            size,
            lambda some: _at(triangles if len(triangles) == 1 else triangles[some], weights[some]),
        )
        lane = np.arange(len(points))
        found = distances[lane, face] < limit
        kept = np.where(found[:, None], weights[lane, face], 0)
        sign = np.where(np.abs(_winding(triangles, points)) > 0.5, -1.0, 1.0) if signed else np.zeros(len(points))
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
def _by_winding(machine: Machine, id: Any, point: Value, max_dist: Value) -> StructValue:  # noqa: A002
    return _point_query(machine, id, point, max_dist, signed=True)


@semantics("mesh_query_point_sign_normal")
def _by_normals(
    machine: Machine, id: Any, point: Value, max_dist: Value, epsilon: Value | None = None  # noqa: A002
) -> StructValue:  # fmt: skip
    """Return the closest point. On a closed mesh, the sign by normals equals the sign by winding number."""
    _closed(id)
    return _point_query(machine, id, point, max_dist, signed=True)


@semantics("mesh_query_point_sign_parity")
def _by_parity(
    machine: Machine, id: Any, point: Value, max_dist: Value, n_sample: Value | None = None,  # noqa: A002
    perturbation_scale: Value | None = None,
) -> StructValue:  # fmt: skip
    """Return the closest point, and a sign by the parity of crossings along rays.

    On a closed mesh it equals the sign by the winding number. Without rays, all points count as inside.
    """
    _closed(id)
    found = _point_query(machine, id, point, max_dist, signed=True)
    if n_sample is None:
        return found
    sign, result = found.fields["sign"], found.fields["result"].data
    inside = np.where((n_sample.data <= 0) & result, -1, sign.data).astype(sign.data.dtype)
    return StructValue(found.type, found.fields | {"sign": Value(FLOAT32, inside)})


def _closed(mesh: Any) -> None:
    """Raise an error for an open mesh, in which some edge has no counterpart in the opposite direction.

    Raises:
        ReferenceUnknownError: if the mesh is open.
    """
    for indices in object_of(mesh, "mesh").parts["indices"]:
        faces = indices.reshape(-1, 3)
        edges: set[tuple[int, int]] = {
            (int(face[start]), int(face[(start + 1) % 3])) for face in faces for start in range(3)
        }
        if edges != {(end, start) for start, end in edges}:
            raise ReferenceUnknownError("the sides of a mesh that is open")


@semantics("mesh_query_furthest_point_no_sign")
def _furthest(machine: Machine, id: Any, point: Value, min_dist: Value) -> StructValue:  # noqa: A002
    """Return the furthest point, which is a corner of a face."""
    handle = object_of(id, "mesh")

    def ask(triangles: Array, points: Array, least: Array) -> tuple[Array, ...]:
        gap = triangles - points[:, None, None]
        squared = np.sqrt(_dot(gap, gap))
        corner = squared.argmax(axis=-1)
        weights = np.eye(3, dtype=points.dtype)[corner]
        away = np.take_along_axis(squared, corner[..., None], axis=-1)[..., 0]
        size = 1 + np.abs(points).max(axis=1, keepdims=True)
        face, tied = chosen(
            machine,
            -away,
            size,
            lambda some: _at(triangles if len(triangles) == 1 else triangles[some], weights[some]),
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


def _hits(triangles: Array, starts: Array, directions: Array, edge: float) -> tuple[Array, Array, Array]:
    """Return for each face its distance along a ray (infinite if missed), the hit's weights, and the normal.

    A ray also hits a face up to ``edge`` beyond its edges.
    """
    a, b, c = (triangles[:, :, corner] for corner in range(3))
    start, along = starts[:, None], directions[:, None]
    normal = _crossed(b - a, c - a)
    slope = _dot(normal, along)
    safe = np.where(slope == 0, 1, slope)
    t = _dot(normal, a - start) / safe
    at = start + t[..., None] * along
    area = _dot(normal, normal)
    area = np.where(area > 0, area, 1)
    second, third = _dot(_crossed(at - a, c - a), normal) / area, _dot(_crossed(b - a, at - a), normal) / area
    weights = np.stack([1 - second - third, second, third], axis=-1)
    met = (slope != 0) & (weights >= -edge).all(axis=-1) & (t >= 0)
    return np.where(met, t, np.inf), weights, normal


@semantics("mesh_query_ray")
def _ray(
    machine: Machine, id: Any, start: Value, dir: Value, max_t: Value, root: Value | None = None  # noqa: A002
) -> StructValue:  # fmt: skip
    handle = object_of(id, "mesh")
    among = np.broadcast_to(in_group(machine, handle, root), (machine.lanes, 1 if root is None else _faces(handle)))

    def ask(
        triangles: Array, starts: Array, directions: Array, limit: Array, among: Array
    ) -> tuple[Array, ...]:  # fmt: skip
        t, weights, normals = _hits(triangles, starts, directions, _EDGES[machine.double])
        t = np.where(among, t, np.inf)
        lane = np.arange(len(starts))
        face, _ = chosen(machine, t, np.ones((len(starts), 1), t.dtype))
        t, kept, normal = t[lane, face], weights[lane, face], np.broadcast_to(normals, weights.shape)[lane, face]
        found = t < limit
        sign = np.where(_dot(normal, directions) < 0, 1.0, -1.0)
        numbers = (np.where(found, each, 0) for each in (sign.astype(t.dtype), t, kept[:, 0], kept[:, 1]))
        return found, np.where(found, face, 0), *numbers, np.where(found[:, None], _unit(normal), 0)

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
    handle = object_of(id, "mesh")
    among = np.broadcast_to(in_group(machine, handle, root), (machine.lanes, 1 if root is None else _faces(handle)))

    def ask(triangles: Array, starts: Array, directions: Array, among: Array) -> tuple[Array]:
        t, _, _ = _hits(triangles, starts, directions, _EDGES[machine.double])
        return ((np.isfinite(t) & among).sum(axis=1).astype(np.int32),)

    given = [spread(machine, start), spread(machine, dir), among]
    (count,) = answers_of(machine, ask, [corners(machine, handle)], given)
    return Value(INT32, count)


def _faces(handle: Handle) -> int:
    return handle.parts["indices"].shape[1] // 3


# ---- faces and points


def _face(machine: Machine, mesh: Any, face: Value, name: str = "points") -> Array:
    """Return the values at the corners of one face per lane."""
    of_corners = corners(machine, object_of(mesh, "mesh"), name)
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
    return Value(_VECTOR, _unit(_crossed(of_corners[:, 1] - of_corners[:, 0], of_corners[:, 2] - of_corners[:, 0])))


def _corner(machine: Machine, mesh: Any, index: Value, name: str) -> Value:
    """Return the value at the mesh's point to which an index into the list of corners refers."""
    of_corners = corners(machine, object_of(mesh, "mesh"), name)
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
    indices = part(machine, object_of(id, "mesh"), "indices")
    places = numbered(machine, index, indices.shape[1], "a corner")
    return Value(INT32, indices[np.arange(machine.lanes) if len(indices) > 1 else 0, places])


@semantics("mesh_get")
def _mesh(machine: Machine, id: Any) -> StructValue:  # noqa: A002
    handle = object_of(id, "mesh")
    kinds = {"points": _VECTOR, "indices": INT32, "velocities": _VECTOR}
    return StructValue(_MESH, {name: _view(handle, name, kinds[name]) for name in handle.parts})


def _view(handle: Handle, name: str, kind: Any) -> ArrayView:
    """Return a part of a mesh as a read-only array, because Warp's tree would not follow changes."""
    data = handle.parts[name].view()
    data.flags.writeable = False
    return ArrayView(kind, data.shape[1:2], Buffer(data, (id(handle), name)))
