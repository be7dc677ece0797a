"""Built-ins that make vectors, matrices, quaternions and transforms, and operations on vectors and matrices."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp.reference import rotations
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.operators import arithmetic
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
                raise ReferenceUnknownError("a number made of a value that is not a number")
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


def scalar_name(dtype: Any, values: Sequence[Value]) -> str:
    """Return the scalar type of a value that is made of others: the given type, or that of the first that has one.

    Args:
        dtype: the type that the call names; None if it names none.
        values: the values of which it is made.
    """
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
    return construct(machine, vector_type(scalar_name(dtype, parts), count), parts, {})


@semantics("matrix")
def _matrix(machine: Machine, *parts: Value, shape: Any = None, dtype: Any = None) -> Value:
    if shape is None:
        raise ReferenceUnknownError("wp.matrix() without a shape")
    rows, columns = (constant_of(each) for each in shape)
    return construct(machine, matrix_type(scalar_name(dtype, parts), rows, columns), parts, {})


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
    return construct(machine, value_type("quaternion", scalar_name(dtype, parts), (4,)), parts, {})


@semantics("quat_identity")
def _quat_identity(machine: Machine, dtype: Any = None) -> Value:
    scalar = scalar_name(dtype, ())
    return Value(value_type("quaternion", scalar, (4,)), np.array([[0, 0, 0, 1]], machine.formats[scalar]))


@semantics("transformation")
def _transformation(
    machine: Machine, *parts: Value, dtype: Any = None, p: Value | None = None, q: Value | None = None
) -> Value:
    parts = (*parts, *(each for each in (p, q) if each is not None))
    return construct(machine, value_type("transform", scalar_name(dtype, parts), (7,)), parts, {})


@semantics("transform_identity")
def _transform_identity(machine: Machine, dtype: Any = None) -> Value:
    scalar = scalar_name(dtype, ())
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
