"""Quaternions ``(x, y, z, w)`` and transforms (position, then quaternion), one per lane; inputs are not normalised.

They follow the definitions in Warp's reference: ``quat_rotate`` is (2w² - 1) v + 2 (q·v) q + 2 w (q × v).
"""

from typing import cast

import numpy as np

from synthesis.frontends.warp.reference.values import Array


def crossed(a: Array, b: Array) -> Array:
    """Return cross products of vectors of three."""
    x, y, z = (a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1], a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2],
               a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])  # fmt: skip
    return np.stack([x, y, z], 1)


def dotted(a: Array, b: Array) -> Array:
    """Return sums of products along the last axis, added in order."""
    total = a[:, 0] * b[:, 0]
    for axis in range(1, a.shape[1]):
        total = total + a[:, axis] * b[:, axis]
    return total


def normalized(a: Array) -> Array:
    """Return rows scaled to length one; a row of zeros is unchanged."""
    length = np.sqrt(dotted(a, a))[:, None]
    return np.where(length > 0, a / np.where(length > 0, length, 1), 0).astype(a.dtype)


def multiplied(a: Array, b: Array) -> Array:
    """Return quaternion products."""
    ax, ay, az, aw = (a[:, axis] for axis in range(4))
    bx, by, bz, bw = (b[:, axis] for axis in range(4))
    return np.stack(
        [
            aw * bx + bw * ax + ay * bz - by * az,
            aw * by + bw * ay + az * bx - bz * ax,
            aw * bz + bw * az + ax * by - bx * ay,
            aw * bw - ax * bx - ay * by - az * bz,
        ],
        1,
    )


def conjugated(q: Array) -> Array:
    """Return quaternions with their vector parts negated, which Warp calls inverse."""
    return q * np.array([-1, -1, -1, 1], q.dtype)


def rotated(q: Array, v: Array) -> Array:
    """Return vectors rotated by quaternions."""
    lanes = max(len(q), len(v))
    q, v = np.broadcast_to(q, (lanes, 4)), np.broadcast_to(v, (lanes, 3))
    axis, w = q[:, :3], q[:, 3:]
    return v * (2 * w * w - 1) + axis * (2 * dotted(axis, v)[:, None]) + crossed(axis, v) * w * 2


def composed(a: Array, b: Array) -> Array:
    """Return transform products, in which ``b`` is applied first."""
    lanes = max(len(a), len(b))
    a, b = np.broadcast_to(a, (lanes, 7)), np.broadcast_to(b, (lanes, 7))
    return np.concatenate([rotated(a[:, 3:], b[:, :3]) + a[:, :3], multiplied(a[:, 3:], b[:, 3:])], 1)


def about(axis: Array, angle: Array) -> Array:
    """Return the quaternions of rotations about an axis, which is used as given, by an angle in radians."""
    half = angle * angle.dtype.type(0.5)
    lanes = max(len(axis), len(half))
    parts = [np.broadcast_to(axis * np.sin(half)[:, None], (lanes, 3)), np.broadcast_to(np.cos(half), lanes)[:, None]]
    return np.concatenate(parts, 1)


def axis_and_angle(q: Array) -> tuple[Array, Array]:
    """Return the axis of length one and the angle in [0, π] of quaternions."""
    v, w = q[:, :3], q[:, 3]
    axis = cast(Array, np.where(w[:, None] < 0, -normalized(v), normalized(v)))
    return axis, 2 * np.arctan2(np.sqrt(dotted(v, v)), np.abs(w))


def matrices(q: Array) -> Array:
    """Return rotation matrices, whose columns are the rotated axes."""
    basis = np.eye(3, dtype=q.dtype)
    return np.stack([rotated(q, basis[axis : axis + 1]) for axis in range(3)], 2)


def from_matrices(m: Array) -> Array:
    """Return the quaternions of rotation matrices, by the largest of the trace and the diagonal (Shepperd's method)."""
    trace = m[:, 0, 0] + m[:, 1, 1] + m[:, 2, 2]
    largest = np.where(m[:, 1, 1] > m[:, 0, 0], 1, 0)
    biggest = np.take_along_axis(np.stack([m[:, 0, 0], m[:, 1, 1]], 1), largest[:, None], 1)[:, 0]
    largest = np.where(m[:, 2, 2] > biggest, 2, largest)
    case = np.where(trace >= 0, 3, largest)
    lanes = np.arange(len(m))
    result = np.zeros((len(m), 4), m.dtype)
    for kind in range(4):
        chosen = lanes[case == kind]
        if not len(chosen):
            continue
        part = m[chosen]
        if kind == 3:
            root = np.sqrt(trace[chosen] + 1)
            scale = 0.5 / root
            result[chosen, 3] = 0.5 * root
            for axis in range(3):
                j, k = (axis + 1) % 3, (axis + 2) % 3
                result[chosen, axis] = (part[:, k, j] - part[:, j, k]) * scale
        else:
            i, j, k = kind, (kind + 1) % 3, (kind + 2) % 3
            root = np.sqrt(part[:, i, i] - (part[:, j, j] + part[:, k, k]) + 1)
            scale = 0.5 / root
            result[chosen, i] = 0.5 * root
            result[chosen, j] = (part[:, i, j] + part[:, j, i]) * scale
            result[chosen, k] = (part[:, k, i] + part[:, i, k]) * scale
            result[chosen, 3] = (part[:, k, j] - part[:, j, k]) * scale
    length = np.sqrt(dotted(result, result))[:, None]
    identity = np.array([0, 0, 0, 1], m.dtype)
    return np.where(length > 0, result / np.where(length > 0, length, 1), identity).astype(m.dtype)
