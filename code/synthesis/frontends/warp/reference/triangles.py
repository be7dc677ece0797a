"""Geometry of triangles: the closest point, the hit of a ray, and the winding number."""

import numpy as np

from synthesis.frontends.warp.reference.values import Array


def dotted(a: Array, b: Array) -> Array:
    """Return dot products along the last axis, of size 3."""
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def crossed(a: Array, b: Array) -> Array:
    """Return cross products along the last axis; this is faster than NumPy's."""
    made = np.empty(np.broadcast_shapes(a.shape, b.shape), a.dtype)
    for axis in range(3):
        left, right = (axis + 1) % 3, (axis + 2) % 3
        made[..., axis] = a[..., left] * b[..., right] - a[..., right] * b[..., left]
    return made


def unit_of(vector: Array) -> Array:
    """Return vectors along the last axis divided by their lengths; zero for a vector of length zero."""
    length = np.sqrt(dotted(vector, vector))[..., None]
    return np.where(length > 0, vector / np.where(length > 0, length, 1), 0)


def closest_on_parts(triangles: Array, points: Array) -> tuple[Array, Array]:
    """Return the distance of each point from each face, and the barycentric weights of the closest point of the face.

    The closest point is the projection to the plane, if it is inside the face, or else the closest point of the three
    edges.
    """
    a, b, c = (triangles[:, :, corner] for corner in range(3))
    p = points[:, None]
    normal = crossed(b - a, c - a)
    area = dotted(normal, normal)
    area = np.where(area > 0, area, 1)
    second, third = dotted(crossed(p - a, c - a), normal) / area, dotted(crossed(b - a, p - a), normal) / area
    best = np.stack([1 - second - third, second, third], axis=-1)
    gap = points_at(triangles, best) - p
    least = np.where((best >= 0).all(axis=-1), dotted(gap, gap), np.inf)
    for start in range(3):
        weights = _on_edge(triangles, points, start)
        gap = points_at(triangles, weights) - p
        squared = dotted(gap, gap)
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
    (d1, d2), (d3, d4), (d5, d6) = ((dotted(first, p - each), dotted(second, p - each)) for each in (a, b, c))
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
    gap = points_at(triangles, weights) - p
    return np.sqrt(dotted(gap, gap)), weights


def _on_edge(triangles: Array, points: Array, start: int) -> Array:
    """Return the barycentric weights of the closest point on one edge of each face."""
    end = (start + 1) % 3
    from_, along = triangles[:, :, start], triangles[:, :, end] - triangles[:, :, start]
    length = dotted(along, along)
    share = np.clip(dotted(points[:, None] - from_, along) / np.where(length > 0, length, 1), 0, 1)
    weights = np.zeros((*share.shape, 3), share.dtype)
    weights[..., start], weights[..., end] = 1 - share, share
    return weights


def points_at(triangles: Array, weights: Array) -> Array:
    """Return the points of faces that barycentric weights give.

    Args:
        triangles: the corners of the faces, of shape ``(lanes, faces, 3, 3)``.
        weights: the weights of the corners, of shape ``(lanes, faces, 3)``.
    """
    return sum(triangles[:, :, corner] * weights[..., corner, None] for corner in range(3))


def winding(triangles: Array, points: Array) -> Array:
    """Return the winding number of the faces around each point: the sum of their solid angles, divided by 4π."""
    a, b, c = (triangles[:, :, corner] - points[:, None] for corner in range(3))
    la, lb, lc = (np.sqrt(dotted(each, each)) for each in (a, b, c))
    above = dotted(a, crossed(b, c))
    below = la * lb * lc + dotted(a, b) * lc + dotted(b, c) * la + dotted(c, a) * lb
    return np.arctan2(above, below).sum(axis=1) / (2 * np.pi)


def hits(triangles: Array, starts: Array, directions: Array, edge: float) -> tuple[Array, Array, Array]:
    """Return for each face its distance along a ray (infinite if missed), the hit's weights, and the normal.

    A ray also hits a face up to ``edge`` beyond its edges.
    """
    a, b, c = (triangles[:, :, corner] for corner in range(3))
    start, along = starts[:, None], directions[:, None]
    normal = crossed(b - a, c - a)
    slope = dotted(normal, along)
    safe = np.where(slope == 0, 1, slope)
    t = dotted(normal, a - start) / safe
    at = start + t[..., None] * along
    area = dotted(normal, normal)
    area = np.where(area > 0, area, 1)
    second, third = dotted(crossed(at - a, c - a), normal) / area, dotted(crossed(b - a, at - a), normal) / area
    weights = np.stack([1 - second - third, second, third], axis=-1)
    met = (slope != 0) & (weights >= -edge).all(axis=-1) & (t >= 0)
    return np.where(met, t, np.inf), weights, normal
