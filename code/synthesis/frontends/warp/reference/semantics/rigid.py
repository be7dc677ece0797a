"""Built-ins for quaternions, transforms and spatial vectors."""

from collections.abc import Callable

import numpy as np

from synthesis.frontends.warp.reference import rotations
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.operators import multiplied
from synthesis.frontends.warp.reference.semantics.linear import scalar_name
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.values import (
    Array,
    Value,
    ValueType,
    chained,
    matrix_type,
    scalar_type,
    value_type,
    vector_type,
)


def _vector_of(kind: ValueType, data: Array) -> Value:
    return Value(vector_type(kind.scalar, 3), data)


def _quaternion_of(kind: ValueType, data: Array) -> Value:
    return Value(value_type("quaternion", kind.scalar, (4,)), data)


@semantics("quat_from_axis_angle")
def _from_axis_angle(_: Machine, axis: Value, angle: Value) -> Value:
    return _quaternion_of(axis.type, rotations.about(axis.data, angle.data.astype(axis.data.dtype)))


@semantics("quat_to_axis_angle")
def _to_axis_angle(_: Machine, q: Value) -> tuple[Value, Value]:
    axis, angle = rotations.axis_and_angle(q.data)
    return _vector_of(q.type, axis), Value(scalar_type(q.type.scalar), angle)


@semantics("quat_rotate")
def _rotate(_: Machine, q: Value, v: Value) -> Value:
    return Value(v.type, rotations.rotated(q.data, v.data))


@semantics("quat_rotate_inv")
def _rotate_inverse(_: Machine, q: Value, v: Value) -> Value:
    return Value(v.type, rotations.rotated(rotations.conjugated(q.data), v.data))


@semantics("quat_inverse")
def _quat_inverse(_: Machine, q: Value) -> Value:
    return Value(q.type, rotations.conjugated(q.data))


@semantics("quat_to_matrix")
def _to_matrix(_: Machine, q: Value) -> Value:
    return Value(matrix_type(q.type.scalar, 3, 3), rotations.matrices(q.data))


@semantics("quat_from_matrix")
def _from_matrix(_: Machine, m: Value) -> Value:
    return _quaternion_of(m.type, rotations.from_matrices(m.data))


@semantics("quat_slerp")
def _slerp(_: Machine, start: Value, end: Value, t: Value) -> Value:
    axis, angle = rotations.axis_and_angle(rotations.multiplied(rotations.conjugated(start.data), end.data))
    return Value(start.type, rotations.multiplied(start.data, rotations.about(axis, t.data * angle)))


@semantics("quat_rpy")
def _rpy(machine: Machine, roll: Value, pitch: Value, yaw: Value) -> Value:
    """Return the quaternion of a roll about x, then a pitch about y, then a yaw about z."""
    scalar = scalar_name(None, (roll, pitch, yaw))
    dtype = machine.formats[scalar]
    turns = [rotations.about(np.eye(3, dtype=dtype)[axis : axis + 1], each.data.astype(dtype))
             for axis, each in ((2, yaw), (1, pitch), (0, roll))]  # fmt: skip
    made = rotations.multiplied(rotations.multiplied(turns[0], turns[1]), turns[2])
    return Value(value_type("quaternion", scalar, (4,)), made)


@semantics("transform_get_translation")
def _translation(_: Machine, t: Value) -> Value:
    return _vector_of(t.type, t.data[:, :3])


@semantics("transform_get_rotation")
def _rotation(_: Machine, t: Value) -> Value:
    return _quaternion_of(t.type, t.data[:, 3:])


@semantics("transform_set_translation", changes=0)
def _set_translation(_: Machine, keep: Callable[[Array], None], t: Value, p: Value) -> None:
    keep(chained([p.data, t.data[:, 3:]]))


@semantics("transform_set_rotation", changes=0)
def _set_rotation(_: Machine, keep: Callable[[Array], None], t: Value, q: Value) -> None:
    keep(chained([t.data[:, :3], q.data]))


@semantics("transform_multiply")
def _multiply(_: Machine, a: Value, b: Value) -> Value:
    return Value(a.type, rotations.composed(a.data, b.data))


def _of_four(matrix: Array, vector: Array, last: int) -> Array:
    """Return the first three components of a 4x4 matrix times a vector with an appended fourth component."""
    whole = np.concatenate([vector, np.full((len(vector), 1), last, vector.dtype)], 1)
    return multiplied(matrix, whole[:, :, None])[:, :3, 0]


@semantics("transform_point")
def _point(_: Machine, t: Value, p: Value) -> Value:
    if t.type.form == "matrix":
        return Value(p.type, _of_four(t.data, p.data, 1))
    return Value(p.type, rotations.rotated(t.data[:, 3:], p.data) + t.data[:, :3])


@semantics("transform_vector")
def _transform_vector(_: Machine, t: Value, v: Value) -> Value:
    if t.type.form == "matrix":
        return Value(v.type, _of_four(t.data, v.data, 0))
    return Value(v.type, rotations.rotated(t.data[:, 3:], v.data))


@semantics("transform_inverse")
def _transform_inverse(_: Machine, t: Value) -> Value:
    back = rotations.conjugated(t.data[:, 3:])
    return Value(t.type, np.concatenate([-rotations.rotated(back, t.data[:, :3]), back], 1))


# ---- spatial vectors: angular part first


@semantics("spatial_top")
def _top(_: Machine, a: Value) -> Value:
    return _vector_of(a.type, a.data[:, :3])


@semantics("spatial_bottom")
def _bottom(_: Machine, a: Value) -> Value:
    return _vector_of(a.type, a.data[:, 3:])


@semantics("spatial_cross")
def _spatial_cross(_: Machine, a: Value, b: Value) -> Value:
    w, v, w2, v2 = a.data[:, :3], a.data[:, 3:], b.data[:, :3], b.data[:, 3:]
    return Value(a.type, chained([rotations.crossed(w, w2), rotations.crossed(v, w2) + rotations.crossed(w, v2)]))


@semantics("spatial_cross_dual")
def _spatial_cross_dual(_: Machine, a: Value, b: Value) -> Value:
    w, v, w2, v2 = a.data[:, :3], a.data[:, 3:], b.data[:, :3], b.data[:, 3:]
    return Value(a.type, chained([rotations.crossed(w, w2) + rotations.crossed(v, v2), rotations.crossed(w, v2)]))
