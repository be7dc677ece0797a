"""Built-ins for edges and triangles: their closest points, and whether they intersect."""

import numpy as np

from synthesis.frontends.warp.reference import rotations
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.values import INT32, Array, Value


def _difference(a: Array, b: Array, c: Array, d: Array) -> Array:
    """Return ``a * b - c * d`` by Kahan's method: the rounding error of the second product is added back."""
    second = c * d
    difference = (a.astype(np.float64) * b - second).astype(a.dtype)
    lost = (second - c.astype(np.float64) * d).astype(a.dtype)
    return difference + lost


@semantics("closest_point_edge_edge")
def _closest(_: Machine, p1: Value, q1: Value, p2: Value, q2: Value, epsilon: Value) -> Value:
    """Return the parameters along both edges and the distance: Ericson, Real-Time Collision Detection, 5.1.9.

    Whether edges are parallel is decided by a difference of products, whose rounding error Warp compensates.
    """
    d1, d2, between = q1.data - p1.data, q2.data - p2.data, p1.data - p2.data
    a, e, f = rotations.dotted(d1, d1), rotations.dotted(d2, d2), rotations.dotted(d2, between)
    b, c = rotations.dotted(d1, d2), rotations.dotted(d1, between)
    small = epsilon.data

    def divided(left: Array, right: Array) -> Array:
        return left / np.where(right == 0, 1, right)

    def clipped(x: Array) -> Array:
        return np.clip(x, 0, 1)

    denominator = _difference(a, e, b, b)
    s = np.where(denominator > 0, clipped(divided(_difference(b, f, c, e), denominator)), 0)
    t = divided(b * s + f, e)
    s = np.where(t < 0, clipped(divided(-c, a)), np.where(t > 1, clipped(divided(b - c, a)), s))
    t = clipped(t)
    point1, point2 = a <= small, e <= small
    t = np.where(point1, clipped(divided(f, e)), np.where(point2, 0, t))
    s = np.where(point1, 0, np.where(point2, clipped(divided(-c, a)), s))
    t = np.where(point1 & point2, 0, t)
    gap = (p2.data + t[:, None] * d2) - (p1.data + s[:, None] * d1)
    made = np.stack([s, t, np.sqrt(rotations.dotted(gap, gap))], 1)
    return Value(p1.type, made.astype(p1.data.dtype))


@semantics("intersect_tri_tri")
def _meet(_: Machine, *corners: Value) -> Value:
    """Return whether an edge of one triangle crosses the other, for triangles that are not in one plane."""
    lanes = max(len(each.data) for each in corners)
    points = [np.broadcast_to(each.data, (lanes, 3)).astype(np.float64) for each in corners]
    meets = np.zeros(lanes, bool)
    for one, other in ((points[:3], points[3:]), (points[3:], points[:3])):
        for place in range(3):
            meets |= _crosses(one[place], one[(place + 1) % 3], other)
    return Value(INT32, meets.astype(np.int32))


def _crosses(start: Array, end: Array, triangle: list[Array]) -> Array:
    """Return whether a segment crosses a triangle."""
    a, b, c = triangle

    def volume(p: Array, q: Array, r: Array, s: Array) -> Array:
        return np.sign(rotations.dotted(rotations.crossed(q - p, r - p), s - p))

    apart = volume(a, b, c, start) * volume(a, b, c, end) <= 0
    sides = [volume(start, end, p, q) for p, q in ((a, b), (b, c), (c, a))]
    return apart & ((sides[0] == sides[1]) & (sides[1] == sides[2]))
