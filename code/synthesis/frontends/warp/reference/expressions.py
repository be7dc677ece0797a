"""The evaluator of expressions in the active lanes: names, components, operators.

An array element is read when the operation on it is executed, after the side effects of its siblings.
"""

import ast
import builtins
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.warp import introspection, type_introspection
from synthesis.frontends.warp.reference import operators
from synthesis.frontends.warp.reference.arms import note_arms
from synthesis.frontends.warp.reference.lanes import Taken
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.parts import component, constant_of, part_of
from synthesis.frontends.warp.reference.sources import SCALAR_TYPES, fit, has_effects, type_of, wp
from synthesis.frontends.warp.reference.values import (
    BOOL,
    INT32,
    Array,
    ArrayView,
    BuiltIn,
    Frame,
    Gradient,
    StructType,
    StructValue,
    Tile,
    Value,
    ValueType,
    scalar_type,
)

_MISSING = object()
_PYTHON = {
    name: BuiltIn(name) for name in ("range", "reversed", "len", "min", "max", "abs", "round", "pow", "print", "type")
}


class Calling(Protocol):
    """An evaluator of calls."""

    def call(self, node: ast.Call, frame: Frame, expressions: "Expressions") -> Any:
        """Return the result of a call."""
        ...

    def function(
        self, function: Any, arguments: Sequence[Any], keywords: dict[str, Any], expressions: "Expressions"
    ) -> Any:
        """Return the result of a user function."""
        ...


class Expressions:
    """The evaluator of expressions on a machine.

    Args:
        machine: the machine of the lanes.
        calls: evaluates calls; it receives this object to evaluate arguments.
    """

    def __init__(self, machine: Machine, calls: Calling) -> None:
        self._machine = machine
        self._calls = calls
        self._constants: dict[int, Any] = {}
        """The value of each constant of the source, by the identity of its node."""
        self._globals: dict[tuple[int, str], Any] = {}
        """The values of names from outside functions, by the identity of their scope and their name."""

    @contextmanager
    def apart(self) -> Generator[None]:
        """Inside the block, use other values of constants, for an evaluation in another precision."""
        kept = self._constants, self._globals
        self._constants, self._globals = {}, {}
        try:
            yield
        finally:
            self._constants, self._globals = kept

    def value(self, node: ast.expr, frame: Frame) -> Any:
        """Return the value of an expression in the active lanes."""
        evaluate = _EVALUATE.get(type(node))
        if evaluate is None:
            raise ReferenceUnknownError(f"the expression {type(node).__name__}")
        return evaluate(self, node, frame)

    def siblings(self, nodes: Sequence[ast.expr], frame: Frame) -> list[Any]:
        """Return the values of operands. If one has side effects, array elements are read after them."""
        found = {k: self.value(nodes[k], frame) for k in _order(nodes)}
        return [found[k] for k in range(len(nodes))]

    def siblings_with_arms(self, nodes: Sequence[ast.expr], frame: Frame) -> list[tuple[Any, list[Taken]]]:
        """Return the values of operands like ``siblings``, each with the arms that were taken inside it."""
        found: dict[int, tuple[Any, list[Taken]]] = {}
        for k in _order(nodes):
            self._machine.buffer_arms()
            value = self.value(nodes[k], frame)
            found[k] = value, self._machine.buffered_arms()
        return [found[k] for k in range(len(nodes))]

    def wrapped(self, given: Any) -> Any:
        """Return the oracle's value for a Python object that a kernel captured."""
        found: Any = given
        if isinstance(given, Value | StructValue | ArrayView | BuiltIn | Tile | Gradient):
            return given
        if isinstance(given, bool | int | float):
            return self._machine.number(given)
        if (target := introspection.gradient_target(given)) is not None:
            return Gradient(self.wrapped(target))
        if isinstance(getattr(given, "value", None), int | float) and type(given).__mro__[1].__name__.endswith(
            ("Enum", "Flag")
        ):
            return self._machine.number(given)
        if isinstance(given, tuple | list):
            return tuple(self.wrapped(each) for each in given)  # pyright: ignore
        if isinstance(given, np.generic) and given.dtype.name in self._machine.formats:  # pyright: ignore
            scalar = given.dtype.name  # pyright: ignore
            return self._machine.constants(Value(scalar_type(scalar), np.array([given], self._machine.formats[scalar])))
        if type(found) in SCALAR_TYPES and hasattr(found, "value"):
            scalar = SCALAR_TYPES[type(found)]
            held = np.array([found.value], self._machine.formats[scalar])
            return self._machine.constants(Value(scalar_type(scalar), held))
        made_by: Any = found.__class__
        if type_introspection.is_value_type(made_by):
            kind = type_of(made_by)
            numbers = type_introspection.numbers_of(found)  # its memory holds 16-bit numbers as their bits
            held = np.array(numbers, dtype=self._machine.formats[kind.scalar]).reshape(1, *kind.shape)
            return self._machine.constants(Value(kind, held))
        return BuiltIn(found.key) if introspection.is_builtin(found) else found

    def named(self, name: str, frame: Frame) -> Any:
        """Return the value of a name: a local, a name of the module or closure, or a built-in."""
        value = frame.names.get(name, _MISSING)
        if value is not _MISSING:
            return value
        key = id(frame.scope), name
        if key not in self._globals:
            self._globals[key] = self._outside(name, frame)
        return self._globals[key]

    def _outside(self, name: str, frame: Frame) -> Any:
        """Return the value of a name that is not a local variable."""
        if name in frame.scope:
            return self.wrapped(frame.scope[name])
        if name in _PYTHON:
            return _PYTHON[name]
        found = getattr(builtins, name, _MISSING)
        if found is not _MISSING:
            return found
        if introspection.is_builtin_name(name):  # ``vec3`` is available without ``wp.``, too
            return self.attribute(wp, name)
        raise ReferenceFaultError(f"the name {name} is not assigned")

    def _eval_Call(self, node: ast.Call, frame: Frame) -> Any:  # noqa: N802
        return self._calls.call(node, frame, self)

    def _eval_Name(self, node: ast.Name, frame: Frame) -> Any:  # noqa: N802
        return self.named(node.id, frame)

    def _eval_Constant(self, node: ast.Constant, _: Frame) -> Any:  # noqa: N802
        known = self._constants.get(id(node), _MISSING)
        if known is _MISSING:
            given = node.value
            known = given if isinstance(given, str) or given is None else self._machine.number(given)
            self._constants[id(node)] = known
        return known

    def _eval_Tuple(self, node: ast.Tuple | ast.List, frame: Frame) -> Any:  # noqa: N802
        return tuple(self.siblings(node.elts, frame))

    _eval_List = _eval_Tuple  # noqa: N815

    def _eval_JoinedStr(self, _: ast.JoinedStr, __: Frame) -> str:  # noqa: N802
        return ""

    def _eval_Attribute(self, node: ast.Attribute, frame: Frame) -> Any:  # noqa: N802
        return self.attribute(self.value(node.value, frame), node.attr)

    def attribute(self, owner: Any, name: str) -> Any:
        """Return an attribute of a value."""
        if isinstance(owner, StructValue):
            if name not in owner.fields:
                raise ReferenceUnknownError(f"the field {name}")
            return owner.fields[name]
        kind = getattr(owner, "type", owner)
        if name == "length" and isinstance(kind, ValueType) and kind.form in ("vector", "quaternion"):
            return self._machine.number(kind.shape[0])
        if isinstance(owner, Value):
            return part_of(owner, name)
        if isinstance(owner, ArrayView):
            sizes = owner.remaining
            if name == "shape":
                padded = (*sizes, *(0,) * (4 - len(sizes)))
                return tuple(Value(INT32, np.array([size], np.int32)) for size in padded)
            if name == "size":
                return Value(INT32, np.array([int(np.prod(sizes))], np.int32))
            if name == "ndim":
                return self._machine.number(len(sizes))
            if name == "dtype":
                return owner.element
            if name == "ptr":
                return owner
            raise ReferenceUnknownError(f"an array's .{name}")
        if owner is wp:
            key = id(wp), name
            if key not in self._globals:
                found = getattr(wp, name, _MISSING)
                own = found is _MISSING or introspection.is_builtin(found)
                self._globals[key] = BuiltIn(name) if own else self.wrapped(found)
            return self._globals[key]
        if isinstance(owner, ValueType) and name == "dtype":
            return scalar_type(owner.scalar)
        if isinstance(owner, ValueType | BuiltIn | StructType | Tile):
            raise ReferenceUnknownError(f".{name} of a {type(owner).__name__}")
        found = getattr(owner, name, _MISSING)
        if found is _MISSING:
            raise ReferenceUnknownError(f"the attribute {name}")
        return self.wrapped(found)

    def indices(self, node: ast.expr, frame: Frame) -> tuple[Any, ...]:
        """Return the integers and slices of a subscript; a vector of integers counts as several."""
        found: list[Any] = []
        for each in node.elts if isinstance(node, ast.Tuple) else [node]:
            if isinstance(each, ast.Slice):
                ends = [None if end is None else constant_of(self.value(end, frame))
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

    def _eval_Subscript(self, node: ast.Subscript, frame: Frame) -> Any:  # noqa: N802
        held = self.value(node.value, frame)
        indices = self.indices(node.slice, frame)
        if isinstance(held, ArrayView):
            return self._machine.load(held, self._machine.at(held, indices))
        return component(self._machine, held, indices)

    def _eval_IfExp(self, node: ast.IfExp, frame: Frame) -> Any:  # noqa: N802
        tested = self.value(node.test, frame)
        condition = self._machine.truth(tested)
        lanes = self._machine.mask
        if len(condition) == 1:
            side, other = (node.body, node.orelse)[:: 1 if condition[0] else -1]
            if getattr(tested, "literal", tested) is not None and not isinstance(tested, ArrayView):
                self._machine.leave_out(other)
            if lanes.any():
                self._machine.note(side, lanes)
            value = self.value(side, frame)
            self._machine.note_arm(side, self._machine.everyone, value)
            return value
        try:
            left = self._side(node.body, lanes & condition, frame)
            right = self._side(node.orelse, lanes & ~condition, frame)
        finally:
            self._machine.mask = lanes
        return self._machine.chosen(condition, left, right)

    def _side(self, node: ast.expr, lanes: Array, frame: Frame) -> Any:
        """Return the value of one side of a conditional expression, in the lanes that take it."""
        self._machine.mask = lanes
        if lanes.any():
            self._machine.note(node, lanes)
        value = self.value(node, frame)
        self._machine.note_arm(node, lanes, value)
        return value

    def _eval_BoolOp(self, node: ast.BoolOp, frame: Frame) -> Value:  # noqa: N802
        lanes = self._machine.mask
        result: Array = None
        both = isinstance(node.op, ast.And)
        try:
            for each in node.values:
                value = self.value(each, frame)
                self._machine.note_arm(each, self._machine.mask, value)
                holds = self._machine.truth(value)
                result = holds if result is None else (result & holds if both else result | holds)
                self._machine.mask = lanes & result if both else lanes & ~result
                if not self._machine.mask.any():
                    break
        finally:
            self._machine.mask = lanes
        return Value(BOOL, result)

    def _eval_Compare(self, node: ast.Compare, frame: Frame) -> Value:  # noqa: N802
        left, result = self.value(node.left, frame), None
        for operator, each in zip(node.ops, node.comparators, strict=True):
            right = self.value(each, frame)
            holds = operators.compared(self._machine, type(operator).__name__, left, right)
            result = holds if result is None else result & holds
            left = right
        return Value(BOOL, result)

    def _eval_UnaryOp(self, node: ast.UnaryOp, frame: Frame) -> Any:  # noqa: N802
        return operators.unary(self._machine, type(node.op).__name__, self.value(node.operand, frame))

    def _eval_BinOp(self, node: ast.BinOp, frame: Frame) -> Any:  # noqa: N802
        if not isinstance(node.op, ast.Mult) or self._machine.trace is None:
            left, right = self.siblings((node.left, node.right), frame)
            return self.operated(type(node.op).__name__, left, right, frame)
        (left, inside_left), (right, inside_right) = self.siblings_with_arms((node.left, node.right), frame)
        note_arms(self._machine, "mul", [(node.left, left, inside_left), (node.right, right, inside_right)])
        return self.operated(type(node.op).__name__, left, right, frame)

    def user_operator(self, operator: str, frame: Frame) -> Any:
        """Return the user function that overloads an operator, by the operator's name; None if there is none."""
        found = frame.scope.get(operators.BUILT_INS.get(operator, ""))
        return found if introspection.is_function(found) else None

    def operated(self, operator: str, left: Any, right: Any, frame: Frame) -> Any:
        """Return the result of an operator, by a user's overload or by Warp's own."""
        overloaded = self.user_operator(operator, frame)
        if overloaded is not None:
            for each in introspection.callable_overloads_of(overloaded):
                if fit(each, [left, right]) == 2:
                    return self._calls.function(each, [left, right], {}, self)
        return operators.binary(self._machine, operator, left, right)


def _order(nodes: Sequence[ast.expr]) -> Sequence[int]:
    """Return the order in which operands are evaluated."""
    if len(nodes) < 2 or not any(has_effects(node) for node in nodes):
        return range(len(nodes))
    return sorted(range(len(nodes)), key=lambda k: isinstance(nodes[k], ast.Subscript | ast.Attribute))


_EVALUATE: dict[type[ast.AST], Callable[[Expressions, Any, Frame], Any]] = {
    getattr(ast, name.removeprefix("_eval_")): method
    for name, method in vars(Expressions).items()
    if name.startswith("_eval_")
}
