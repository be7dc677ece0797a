"""Built-ins for vectors, matrices, quaternions and transforms: constructors and operations."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp.reference import rotations
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.operators import arithmetic, multiplied
from synthesis.frontends.warp.reference.parts import constant_of
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.sources import type_of
from synthesis.frontends.warp.reference.values import (
    UINT32,
    Array,
    StructType,
    StructValue,
    Value,
    ValueType,
    chained,
    joined,
    matrix_type,
    scalar_type,
    value_type,
    vector_type,
    widen,
)


def construct(machine: Machine, kind: Any, arguments: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """Return the result of calling a type: a conversion, or a value made of its components.

    Raises:
        ReferenceUnknownError: for arguments that are not modelled.
    """
    if isinstance(kind, StructType):
        made: StructValue = machine.zeros(kind)
        given = dict(zip(kind.fields, arguments, strict=False)) | keywords
        return StructValue(
            kind, made.fields | {name: machine.as_type(v, kind.fields[name]) for name, v in given.items()}
        )
    if not isinstance(kind, ValueType):
        raise ReferenceUnknownError("a call of an array type")
    if keywords and kind.form != "transform":
        raise ReferenceUnknownError("a constructor's keywords")
    match kind.form:
        case "scalar":
            if not arguments:
                return machine.zeros(kind)
            if not isinstance(arguments[0], Value) or arguments[0].type.shape:
                raise ReferenceUnknownError("a number made of something else")
            return Value(kind, machine.converted(arguments[0], kind.scalar).data)
        case "transform":
            arguments = [*arguments, *(keywords[name] for name in ("p", "q") if name in keywords)]
            if len(arguments) == 2:
                return Value(kind, chained([each.data for each in arguments]))
        case "quaternion" if len(arguments) == 2 and arguments[0].type.form == "vector":
            w = _scalar(machine, arguments[1], kind.scalar)
            return Value(kind, chained([arguments[0].data, w[:, None]]))
        case "vector" if len(arguments) == 2 and arguments[0].type.shape and kind.shape == (6,):
            return Value(kind, chained([each.data for each in arguments]))
        case _:
            pass
    if not arguments:
        return machine.zeros(kind)
    if len(arguments) == 1:
        (only,) = arguments
        if not only.type.shape:
            data = widen(_scalar(machine, only, kind.scalar), len(kind.shape))
            return Value(kind, np.broadcast_to(data, (len(data), *kind.shape)).copy())
        if only.type.shape == kind.shape:
            return Value(kind, machine.converted(only, kind.scalar).data)
    elif len(arguments) == int(np.prod(kind.shape)) and all(not each.type.shape for each in arguments):
        parts = joined([_scalar(machine, each, kind.scalar) for each in arguments])
        return Value(kind, parts.reshape(-1, *kind.shape))
    raise ReferenceUnknownError(f"a {kind.form} of {len(arguments)} parts")


def _scalar(machine: Machine, value: Value, scalar: str) -> Array:
    if value.type.scalar != scalar and value.literal is None:
        raise ReferenceUnknownError(f"a {scalar} of a {value.type.scalar}")
    return machine.converted(value, scalar).data


def _scalar_name(dtype: Any, values: Sequence[Value]) -> str:
    if dtype is not None:
        return type_of(dtype).scalar
    return next(
        (each.type.scalar for each in values if each.literal is None), values[0].type.scalar if values else "float32"
    )


# ---- makers


@semantics("vector")
def _vector(machine: Machine, *parts: Value, length: Any = None, dtype: Any = None) -> Value:
    count = constant_of(length) if length is not None else len(parts)
    if len(parts) == 1 and parts[0].type.shape:
        count = parts[0].type.shape[0]
    return construct(machine, vector_type(_scalar_name(dtype, parts), count), parts, {})


@semantics("matrix")
def _matrix(machine: Machine, *parts: Value, shape: Any = None, dtype: Any = None) -> Value:
    if shape is None:
        raise ReferenceUnknownError("wp.matrix() without a shape")
    rows, columns = (constant_of(each) for each in shape)
    return construct(machine, matrix_type(_scalar_name(dtype, parts), rows, columns), parts, {})


@semantics("matrix_from_rows")
def _from_rows(_: Machine, *rows: Value) -> Value:
    kind = rows[0].type
    return Value(matrix_type(kind.scalar, len(rows), kind.shape[0]), joined([each.data for each in rows]))


@semantics("matrix_from_cols")
def _from_columns(_: Machine, *columns: Value) -> Value:
    kind = columns[0].type
    return Value(matrix_type(kind.scalar, kind.shape[0], len(columns)), joined([each.data for each in columns], 2))


@semantics("identity")
def _identity(machine: Machine, n: Any, dtype: Any) -> Value:
    size, scalar = constant_of(n), type_of(dtype).scalar
    return Value(matrix_type(scalar, size, size), np.eye(size, dtype=machine.formats[scalar])[None])


@semantics("quaternion")
def _quaternion(machine: Machine, *parts: Value, dtype: Any = None) -> Value:
    return construct(machine, value_type("quaternion", _scalar_name(dtype, parts), (4,)), parts, {})


@semantics("quat_identity")
def _quat_identity(machine: Machine, dtype: Any = None) -> Value:
    scalar = _scalar_name(dtype, ())
    return Value(value_type("quaternion", scalar, (4,)), np.array([[0, 0, 0, 1]], machine.formats[scalar]))


@semantics("transformation")
def _transformation(machine: Machine, *parts: Value, dtype: Any = None) -> Value:
    return construct(machine, value_type("transform", _scalar_name(dtype, parts), (7,)), parts, {})


@semantics("transform_identity")
def _transform_identity(machine: Machine, dtype: Any = None) -> Value:
    scalar = _scalar_name(dtype, ())
    return Value(value_type("transform", scalar, (7,)), np.array([[0, 0, 0, 0, 0, 0, 1]], machine.formats[scalar]))


# ---- vectors


@semantics("dot", "spatial_dot")
def _dot(_: Machine, a: Value, b: Value) -> Value:
    return Value(scalar_type(a.type.scalar), rotations.dotted(a.data, b.data))


@semantics("ddot")
def _ddot(_: Machine, a: Value, b: Value) -> Value:
    flat = [each.data.reshape(len(each.data), -1) for each in (a, b)]
    return Value(scalar_type(a.type.scalar), rotations.dotted(*flat))


@semantics("cross")
def _cross(_: Machine, a: Value, b: Value) -> Value:
    return Value(a.type, rotations.crossed(a.data, b.data))


@semantics("length")
def _length(machine: Machine, a: Value) -> Value:
    squared = rotations.dotted(a.data, a.data)
    machine.note_singular(squared == 0)
    return Value(scalar_type(a.type.scalar), np.sqrt(squared))


@semantics("length_sq")
def _length_sq(_: Machine, a: Value) -> Value:
    return Value(scalar_type(a.type.scalar), rotations.dotted(a.data, a.data))


@semantics("normalize")
def _normalize(_: Machine, a: Value) -> Value:
    data = rotations.normalized(a.data)
    if a.type.form == "quaternion":
        data[:, 3] = np.where(rotations.dotted(a.data, a.data) > 0, data[:, 3], 1)
    return Value(a.type, data)


@semantics("outer")
def _outer(_: Machine, a: Value, b: Value) -> Value:
    kind = matrix_type(a.type.scalar, a.type.shape[0], b.type.shape[0])
    return Value(kind, a.data[:, :, None] * b.data[:, None, :])


@semantics("cw_mul")
def _cw_mul(_: Machine, a: Value, b: Value) -> Value:
    return Value(a.type, a.data * b.data)


@semantics("cw_div")
def _cw_div(machine: Machine, a: Value, b: Value) -> Value:
    return Value(a.type, arithmetic(machine, "Div", a.data, b.data))


def _position(better: Callable[..., Array]) -> Callable[[Machine, Value], Value]:
    def compute(_: Machine, a: Value) -> Value:
        """Return the position of an extreme component, ignoring NaN; 0 if all are NaN."""
        numbers = ~np.isnan(a.data.astype(np.float64)) if a.type.is_float else np.ones(a.data.shape, bool)
        lanes, best = np.arange(len(a.data)), numbers.argmax(1)
        for place in range(a.type.shape[0]):
            found = numbers[:, place] & better(a.data[:, place], a.data[lanes, best])
            best = np.where(found, place, best)
        return Value(UINT32, best.astype(np.uint32))

    return compute


semantics("argmin")(_position(np.less))
semantics("argmax")(_position(np.greater))


# ---- matrices


@semantics("transpose")
def _transpose(_: Machine, a: Value) -> Value:
    return Value(matrix_type(a.type.scalar, *a.type.shape[::-1]), np.swapaxes(a.data, 1, 2))


@semantics("trace")
def _trace(_: Machine, a: Value) -> Value:
    return Value(scalar_type(a.type.scalar), np.trace(a.data, axis1=1, axis2=2).astype(a.data.dtype))


@semantics("diag")
def _diag(_: Machine, a: Value) -> Value:
    size = a.type.shape[0]
    data = np.zeros((len(a.data), size, size), a.data.dtype)
    data[:, range(size), range(size)] = a.data
    return Value(matrix_type(a.type.scalar, size, size), data)


@semantics("get_diag")
def _get_diag(_: Machine, a: Value) -> Value:
    size = min(a.type.shape)
    return Value(vector_type(a.type.scalar, size), a.data[:, range(size), range(size)])


@semantics("skew")
def _skew(_: Machine, a: Value) -> Value:
    x, y, z = (a.data[:, axis] for axis in range(3))
    zero = np.zeros_like(x)
    rows = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], 1)
    return Value(matrix_type(a.type.scalar, 3, 3), rows.reshape(-1, 3, 3))


@semantics("spatial_adjoint")
def _spatial_adjoint(_: Machine, r: Value, s: Value) -> Value:
    """Return the 6×6 matrix with ``r`` in both diagonal blocks and ``s`` in the block below them."""
    zero = np.zeros_like(r.data)
    rows = [np.concatenate([r.data, zero], 2), np.concatenate([s.data, r.data], 2)]
    return Value(matrix_type(r.type.scalar, 6, 6), np.concatenate(rows, 1))


# ---- quaternions and transforms


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
    scalar = _scalar_name(None, (roll, pitch, yaw))
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
