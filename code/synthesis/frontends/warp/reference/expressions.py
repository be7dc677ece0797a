"""Expressions: names, components, operators; what they evaluate to in the active lanes.

An array element is read when the operation on it runs, after its siblings' side effects.
"""

import ast
import builtins
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.warp import introspection
from synthesis.frontends.warp.reference import operators
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.sources import SCALAR_TYPES, has_effects, type_of, wp
from synthesis.frontends.warp.reference.values import (
    BOOL,
    INT32,
    Array,
    ArrayView,
    BuiltIn,
    Frame,
    StructType,
    StructValue,
    Tile,
    Value,
    ValueType,
    scalar_type,
    value_type,
    vector_type,
)

_MISSING = object()
_PYTHON = {name: BuiltIn(name) for name in ("range", "len", "min", "max", "abs", "round", "pow", "print", "type")}
AXES = "xyzw"


class Expressions(Machine):
    """A machine that evaluates expressions."""

    def function(self, function: Any, arguments: Sequence[Any], keywords: dict[str, Any]) -> Any:
        """What a function of the user's returns."""
        raise NotImplementedError

    def fit(self, function: Any, arguments: Sequence[Any]) -> int:
        """How many arguments a function's declared types fit; -1 if one does not."""
        raise NotImplementedError

    def value(self, node: ast.expr, frame: Frame) -> Any:
        """The value of an expression in the active lanes."""
        evaluate: Callable[..., Any] | None = getattr(self, f"_eval_{type(node).__name__}", None)
        if evaluate is None:
            raise ReferenceUnknownError(f"the expression {type(node).__name__}")
        return evaluate(node, frame)

    def siblings(self, nodes: Sequence[ast.expr], frame: Frame) -> list[Any]:
        """Operands: where one has side effects, array elements are read after them."""
        if len(nodes) < 2 or not any(has_effects(node) for node in nodes):
            return [self.value(node, frame) for node in nodes]
        late = [isinstance(node, ast.Subscript | ast.Attribute) for node in nodes]
        found = {k: self.value(node, frame) for k, node in enumerate(nodes) if not late[k]}
        found |= {k: self.value(node, frame) for k, node in enumerate(nodes) if late[k]}
        return [found[k] for k in range(len(nodes))]

    def wrapped(self, given: Any) -> Any:
        """What a Python object that a kernel captured is to the kernel."""
        found: Any = given
        if isinstance(given, Value | StructValue | ArrayView | BuiltIn | Tile):
            return given
        if isinstance(given, bool | int | float):
            return self.number(given)
        if isinstance(getattr(given, "value", None), int | float) and type(given).__mro__[1].__name__.endswith(
            ("Enum", "Flag")
        ):
            return self.number(given)
        if isinstance(given, tuple | list):
            return tuple(self.wrapped(each) for each in given)  # pyright: ignore
        if isinstance(given, np.generic) and given.dtype.name in self.formats:  # pyright: ignore
            scalar = given.dtype.name  # pyright: ignore
            return Value(scalar_type(scalar), np.array([given], self.formats[scalar]))
        if type(found) in SCALAR_TYPES and hasattr(found, "value"):
            scalar = SCALAR_TYPES[type(found)]
            return Value(scalar_type(scalar), np.array([found.value], self.formats[scalar]))
        if introspection.is_value_type(type(found)):
            kind = type_of(type(found))
            return Value(kind, np.array([found], dtype=self.formats[kind.scalar]).reshape(1, *kind.shape))
        return BuiltIn(found.key) if introspection.is_builtin(found) else found

    def named(self, name: str, frame: Frame) -> Any:
        """What a name stands for: a local, what the module or closure holds, a built-in."""
        value = frame.names.get(name, _MISSING)
        if value is not _MISSING:
            return value
        if name in frame.scope:
            return self.wrapped(frame.scope[name])
        if name in _PYTHON:
            return _PYTHON[name]
        found = getattr(builtins, name, _MISSING)
        if found is not _MISSING:
            return found
        if introspection.is_builtin_name(name):  # ``vec3`` is one by itself too
            return self.attribute(wp, name)
        raise ReferenceFaultError(f"the name {name} is not assigned")

    def _eval_Name(self, node: ast.Name, frame: Frame) -> Any:  # noqa: N802
        return self.named(node.id, frame)

    def _eval_Constant(self, node: ast.Constant, _: Frame) -> Any:  # noqa: N802
        return node.value if isinstance(node.value, str) or node.value is None else self.number(node.value)

    def _eval_Tuple(self, node: ast.Tuple | ast.List, frame: Frame) -> Any:  # noqa: N802
        return tuple(self.siblings(node.elts, frame))

    _eval_List = _eval_Tuple  # noqa: N815

    def _eval_JoinedStr(self, _: ast.JoinedStr, __: Frame) -> str:  # noqa: N802
        return ""

    def _eval_Attribute(self, node: ast.Attribute, frame: Frame) -> Any:  # noqa: N802
        return self.attribute(self.value(node.value, frame), node.attr)

    def attribute(self, held: Any, name: str) -> Any:
        """``held.name``."""
        if isinstance(held, StructValue):
            if name not in held.fields:
                raise ReferenceUnknownError(f"the field {name}")
            return held.fields[name]
        if isinstance(held, Value):
            return _part(held, name)
        if isinstance(held, ArrayView):
            sizes = held.remaining
            if name == "shape":
                padded = (*sizes, *(0,) * (4 - len(sizes)))
                return tuple(Value(INT32, np.array([size], np.int32)) for size in padded)
            if name == "size":
                return Value(INT32, np.array([int(np.prod(sizes))], np.int32))
            if name == "ndim":
                return self.number(len(sizes))
            if name == "dtype":
                return held.element
            if name == "ptr":
                return held
            raise ReferenceUnknownError(f"an array's .{name}")
        if held is wp:
            found = getattr(wp, name, _MISSING)
            return BuiltIn(name) if found is _MISSING or introspection.is_builtin(found) else self.wrapped(found)
        if isinstance(held, ValueType) and name == "dtype":
            return scalar_type(held.scalar)
        if isinstance(held, ValueType | BuiltIn | StructType | Tile):
            raise ReferenceUnknownError(f".{name} of a {type(held).__name__}")
        found = getattr(held, name, _MISSING)
        if found is _MISSING:
            raise ReferenceUnknownError(f"the attribute {name}")
        return self.wrapped(found)

    def indices(self, node: ast.expr, frame: Frame) -> tuple[Any, ...]:
        """The whole numbers and slices between brackets; a vector of whole numbers is several."""
        found: list[Any] = []
        for each in node.elts if isinstance(node, ast.Tuple) else [node]:
            if isinstance(each, ast.Slice):
                ends = [None if end is None else self.constant(self.value(end, frame))
                        for end in (each.lower, each.upper, each.step)]  # fmt: skip
                found.append(slice(*ends))
                continue
            value = self.value(each, frame)
            if isinstance(value, Value) and value.type.form == "vector" and not value.type.is_float:
                kind = scalar_type(value.type.scalar)
                found += [Value(kind, value.data[:, axis]) for axis in range(value.type.shape[0])]
            else:
                found += value if isinstance(value, tuple) else [value]  # pyright: ignore
        return tuple(found)

    def constant(self, value: Any) -> int:
        """The whole number that every lane shares."""
        if isinstance(value, Value) and value.literal is not None:
            return int(value.literal)
        if isinstance(value, Value) and not value.type.shape and len(value.data) == 1:
            return int(value.data[0])
        raise ReferenceUnknownError("a size that is no constant")

    def sizes(self, shape: Any) -> tuple[int, ...]:
        """The whole numbers of a shape or an offset, which may be one number."""
        given: tuple[Any, ...] = shape if isinstance(shape, tuple) else (shape,)
        return tuple(map(self.constant, given))

    def component(self, held: Any, indices: tuple[Any, ...]) -> Any:
        """A part of a tuple, vector, matrix or tile."""
        if isinstance(held, tuple):
            return held[indices[0] if isinstance(indices[0], slice) else self.constant(indices[0])]  # pyright: ignore
        if isinstance(held, Tile):
            return self._tile_element(held, indices)
        if not isinstance(held, Value) or not held.type.shape or len(indices) > len(held.type.shape):
            raise ReferenceUnknownError(f"an index into a {type(held).__name__}")
        if any(isinstance(each, slice) for each in indices):
            where = tuple(each if isinstance(each, slice) else self.constant(each) for each in indices)
            data = held.data[(slice(None), *where)]
            return Value(value_type("matrix" if data.ndim == 3 else "vector", held.type.scalar, data.shape[1:]), data)
        inside = [self._inside(each.data, held.type.shape[axis]) for axis, each in enumerate(indices)]
        if all(len(each) == 1 for each in inside):
            data = held.data[(slice(None), *(int(each[0]) for each in inside))]
        else:
            lanes = max(len(held.data), *(len(each) for each in inside))
            source = np.broadcast_to(held.data, (lanes, *held.type.shape))
            data = source[(np.arange(lanes), *(np.broadcast_to(each, lanes) for each in inside))]
        rest = held.type.shape[len(indices) :]
        return Value(vector_type(held.type.scalar, rest[0]) if rest else scalar_type(held.type.scalar), data)

    def _tile_element(self, tile: Tile, indices: tuple[Any, ...]) -> Value | Tile:
        """An element, or the rows that a tile of indices names."""
        rows = [axis for axis, each in enumerate(indices) if isinstance(each, Tile)]
        if rows and all(each == slice(None) for axis, each in enumerate(indices) if axis not in rows):
            return _gathered(tile, rows[0], indices[rows[0]])
        if len(indices) != len(tile.shape) or any(isinstance(each, slice) for each in indices):
            raise ReferenceUnknownError("a part of a tile")
        inside = [self._inside(each.data, size) for each, size in zip(indices, tile.shape, strict=True)]
        lanes = max(len(tile.data), *(len(each) for each in inside))
        source = np.broadcast_to(tile.data, (lanes, *tile.data.shape[1:]))
        data = source[(np.arange(lanes), *(np.broadcast_to(each, lanes) for each in inside))]
        return Value(tile.type, data)

    def _eval_Subscript(self, node: ast.Subscript, frame: Frame) -> Any:  # noqa: N802
        held = self.value(node.value, frame)
        indices = self.indices(node.slice, frame)
        if isinstance(held, ArrayView):
            return self.load(held, self.at(held, indices))
        return self.component(held, indices)

    def _eval_IfExp(self, node: ast.IfExp, frame: Frame) -> Any:  # noqa: N802
        condition = self.truth(self.value(node.test, frame))
        if len(condition) == 1:
            return self.value(node.body if condition[0] else node.orelse, frame)
        lanes = self.mask
        try:
            self.mask = lanes & condition
            left = self.value(node.body, frame)
            self.mask = lanes & ~condition
            right = self.value(node.orelse, frame)
        finally:
            self.mask = lanes
        return self.chosen(condition, left, right)

    def _eval_BoolOp(self, node: ast.BoolOp, frame: Frame) -> Value:  # noqa: N802
        lanes = self.mask
        result: Array = None
        both = isinstance(node.op, ast.And)
        try:
            for each in node.values:
                holds = self.truth(self.value(each, frame))
                result = holds if result is None else (result & holds if both else result | holds)
                self.mask = lanes & result if both else lanes & ~result
                if not self.mask.any():
                    break
        finally:
            self.mask = lanes
        return Value(BOOL, result)

    def _eval_Compare(self, node: ast.Compare, frame: Frame) -> Value:  # noqa: N802
        left, result = self.value(node.left, frame), None
        for operator, each in zip(node.ops, node.comparators, strict=True):
            right = self.value(each, frame)
            holds = operators.compared(self, type(operator).__name__, left, right)
            result = holds if result is None else result & holds
            left = right
        return Value(BOOL, result)

    def _eval_UnaryOp(self, node: ast.UnaryOp, frame: Frame) -> Any:  # noqa: N802
        return operators.unary(self, type(node.op).__name__, self.value(node.operand, frame))

    def _eval_BinOp(self, node: ast.BinOp, frame: Frame) -> Any:  # noqa: N802
        left, right = self.siblings((node.left, node.right), frame)
        return self.operated(type(node.op).__name__, left, right, frame)

    def user_operator(self, operator: str, frame: Frame) -> Any:
        """A function of the user's that overloads an operator by its name, if there is one."""
        found = frame.scope.get(operators.BUILT_INS.get(operator, ""))
        return found if introspection.is_function(found) else None

    def operated(self, operator: str, left: Any, right: Any, frame: Frame) -> Any:
        """What an operator gives, by a function of the user's that overloads it or by Warp's own."""
        overloaded = self.user_operator(operator, frame)
        if overloaded is not None:
            for each in introspection.concrete_overloads_of(overloaded):
                if self.fit(each, [left, right]) == 2:
                    return self.function(each, [left, right], {})
        return operators.binary(self, operator, left, right)


def _gathered(tile: Tile, axis: int, indices: Tile) -> Tile:
    """The parts of a tile along an axis, in the order that a tile of whole numbers says."""
    size = tile.shape[axis]
    chosen = np.where(indices.data < 0, indices.data + size, indices.data)
    if ((chosen < 0) | (chosen >= size)).any():
        raise ReferenceFaultError(f"an index out of bounds of {size}")
    lanes = max(len(tile.data), len(chosen))
    source = np.moveaxis(np.broadcast_to(tile.data, (lanes, *tile.data.shape[1:])), axis + 1, 1)
    taken = source[np.arange(lanes)[:, None], np.broadcast_to(chosen, (lanes, chosen.shape[1]))]
    shape = (*tile.shape[:axis], chosen.shape[1], *tile.shape[axis + 1 :])
    return Tile(tile.type, shape, np.moveaxis(taken, 1, axis + 1))


def _part(held: Value, name: str) -> Any:
    """``.x`` of a vector, ``.p`` of a transform, several letters for a vector of them."""
    form, scalar = held.type.form, held.type.scalar
    if form == "transform" and name in ("p", "q"):
        if name == "p":
            return Value(vector_type(scalar, 3), held.data[:, :3])
        return Value(value_type("quaternion", scalar, (4,)), held.data[:, 3:])
    if form in ("vector", "quaternion") and name and all(axis in AXES[: held.type.shape[0]] for axis in name):
        axes = [AXES.index(axis) for axis in name]
        if len(axes) == 1:
            return Value(scalar_type(scalar), held.data[:, axes[0]])
        return Value(vector_type(scalar, len(axes)), held.data[:, axes])
    if name == "dtype":
        return scalar_type(scalar)
    raise ReferenceUnknownError(f".{name} of a {form}")
