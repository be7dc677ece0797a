"""Compilation of expressions to closures, which take a frame and return a value."""

import ast
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.triton.reference.arithmetic import is_dynamic, known, logical, unary
from synthesis.frontends.triton.reference.attributes import attribute
from synthesis.frontends.triton.reference.calls import Closure, Frame, call
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.operations import ARMS, BUILTINS, operate
from synthesis.frontends.triton.reference.shapes import subscript
from synthesis.frontends.triton.reference.values import Block, Operation, agreed, is_tuple

_BINARY: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.FloorDiv: "floordiv", ast.Mod: "mod",
    ast.Pow: "pow", ast.LShift: "shl", ast.RShift: "shr", ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
}  # fmt: skip
_COMPARING: dict[type[ast.AST], str] = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
}
_UNARY: dict[type[ast.AST], str] = {ast.USub: "neg", ast.UAdd: "pos", ast.Not: "not", ast.Invert: "invert"}
_LONGEST = 4096
_MISSING = object()


def compiled(node: ast.expr, *, is_used: bool = True) -> Closure:
    """Return the closure that evaluates an expression.

    Args:
        node: the expression.
        is_used: whether the result is used, if the expression is a call.

    Raises:
        ReferenceUnknownError: for an expression that is not modelled.
    """
    if isinstance(node, ast.Call):
        return _call(node, is_used=is_used)
    turn = _COMPILERS.get(type(node))
    if turn is None:
        raise ReferenceUnknownError(f"the expression {type(node).__name__}")
    return turn(node)


def single(value: Any) -> bool:
    """Return the truth value of a scalar, which must be the same in all lanes.

    Raises:
        ReferenceUnknownError: for a block of several elements or a pointer.
        DivergedError: if lanes differ.
    """
    if isinstance(value, Block):
        if math.prod(value.shape) != 1:
            raise ReferenceUnknownError("the truth of a block of several elements")
        return bool(agreed(value.data.reshape(-1) != 0))
    if is_dynamic(value):
        raise ReferenceUnknownError("the truth of a pointer")
    return bool(value)


def _constant(node: ast.Constant) -> Closure:
    value = node.value
    if value is not None and not isinstance(value, bool | int | float | str):
        raise ReferenceUnknownError(f"a constant of the type {type(value).__name__}")
    if isinstance(value, str) and len(value) > _LONGEST:
        raise ReferenceUnknownError("a long constant")
    return lambda frame: value


def _name(node: ast.Name) -> Closure:
    name = node.id

    def run(frame: Frame) -> Any:
        value = frame.names.get(name, _MISSING)
        if value is _MISSING:
            value = frame.outer.get(name, _MISSING)
        if value is _MISSING:
            value = BUILTINS.get(name, _MISSING)
        if value is _MISSING:
            raise ReferenceUnknownError(f"the name {name}")
        if isinstance(value, ReferenceUnknownError):
            raise value
        return value

    return run


def _attribute(node: ast.Attribute) -> Closure:
    value, name = compiled(node.value), node.attr
    return lambda frame: attribute(value(frame), name)


def _subscript(node: ast.Subscript) -> Closure:
    value, place = compiled(node.value), compiled(node.slice)

    def run(frame: Frame) -> Any:
        held, given = value(frame), place(frame)
        if is_dynamic(held):
            return subscript(frame.machine, held, given)
        if not (is_tuple(held) or isinstance(held, str)) or not isinstance(given, int | slice):
            raise ReferenceUnknownError(f"an index into a {type(held).__name__}")
        try:
            return held[given]
        except (IndexError, TypeError, ValueError) as error:
            raise ReferenceUnknownError(f"an index into a tuple ({error})") from error

    return run


def _slice(node: ast.Slice) -> Closure:
    parts = [None if each is None else compiled(each) for each in (node.lower, node.upper, node.step)]
    return lambda frame: slice(*(None if each is None else each(frame) for each in parts))


def _tuple(node: ast.Tuple | ast.List) -> Closure:
    parts = [compiled(each) for each in node.elts]
    return lambda frame: tuple([each(frame) for each in parts])


def _binary(node: ast.BinOp) -> Closure:
    name = _BINARY.get(type(node.op))
    if name is None:
        raise ReferenceUnknownError(f"the operator {type(node.op).__name__}")
    left, right = compiled(node.left), compiled(node.right)

    def run(frame: Frame) -> Any:
        one = left(frame)
        return _operated(frame.machine, name, one, right(frame))

    return run


def _operated(m: Machine, name: str, left: Any, right: Any) -> Any:
    if name == "pow" and (is_dynamic(left) or is_dynamic(right)):
        raise ReferenceUnknownError("a power of a block")
    return operate(m, name, left, right)


def _unary(node: ast.UnaryOp) -> Closure:
    name, operand = _UNARY[type(node.op)], compiled(node.operand)

    def run(frame: Frame) -> Any:
        value = operand(frame)
        if is_dynamic(value):
            return unary(frame.machine, name, value)
        if name == "not":
            return not value
        if not isinstance(value, int | float) or (name == "invert" and isinstance(value, float)):
            raise ReferenceUnknownError(f"the operator {name} of a {type(value).__name__}")
        if name == "invert":
            return ~int(value)
        return -value if name == "neg" else +value

    return run


def _boolean(node: ast.BoolOp) -> Closure:
    name = "and" if isinstance(node.op, ast.And) else "or"
    parts, place = [compiled(each) for each in node.values], id(node)

    def run(frame: Frame) -> Any:
        return _joined(frame.machine, name, (each(frame) for each in parts), place)

    return run


def _joined(m: Machine, name: str, values: Any, place: int | None) -> Any:
    """Return values joined by ``and`` or ``or``. Only values known at compile time stop the evaluation early."""
    held = list[Any]()
    value: Any = None
    for value in values:
        if is_dynamic(value):
            held.append(value)
        elif bool(value) is (name == "or"):
            return value
    if not held:
        return value
    if m.trace is not None and place is not None and len(held) > 1:
        going: Any = True
        taken = [True]
        for each in held[:-1]:
            going = going & (each.data if name == "and" else np.logical_not(each.data))
            taken.append(going)
        m.note_arms(place, taken)
    made = held.pop()
    while held:
        made = logical(m, name, held.pop(), made)
    return made


def _compare(node: ast.Compare) -> Closure:
    first = compiled(node.left)
    others = [(type(op), compiled(each)) for op, each in zip(node.ops, node.comparators, strict=True)]

    def run(frame: Frame) -> Any:
        def comparisons() -> Any:
            left = first(frame)
            for kind, other in others:
                right = other(frame)
                yield _compared(frame.machine, kind, left, right)
                left = right

        if len(others) == 1:
            return next(comparisons())
        return _joined(frame.machine, "and", comparisons(), None)

    return run


def _compared(m: Machine, kind: type[ast.cmpop], left: Any, right: Any) -> Any:
    name = _COMPARING.get(kind)
    if name is not None:
        return operate(m, name, left, right)
    if kind in (ast.Is, ast.IsNot):
        return (left is right) is (kind is ast.Is)
    if (is_tuple(right) or isinstance(right, str)) and not is_dynamic(left):
        return (left in right) is (kind is ast.In)
    raise ReferenceUnknownError("a membership test of values that are not known when the kernel is compiled")


def _choice(node: ast.IfExp) -> Closure:
    test, body, other = compiled(node.test), compiled(node.body), compiled(node.orelse)
    place = id(node)

    def run(frame: Frame) -> Any:
        condition = test(frame)
        chosen = single(condition)
        m = frame.machine
        if not is_dynamic(condition):
            m.leave_out(node.orelse if chosen else node.body)
            return body(frame) if chosen else other(frame)
        if m.trace is not None:
            m.note_arms(place, [chosen, not chosen])
        value = body(frame) if chosen else other(frame)
        return value if is_dynamic(value) else m.number_of(value)

    return run


def _named(node: ast.NamedExpr) -> Closure:
    value, name = compiled(node.value), node.target.id

    def run(frame: Frame) -> Any:
        frame.names[name] = sanitized(frame, value(frame))
        return frame.names[name]

    return run


def sanitized(frame: Frame, value: Any) -> Any:
    """Return the value that an assignment binds: Python numbers become numbers of their default Triton type."""
    if frame.known:
        return value
    if isinstance(value, bool | int | float):
        return frame.machine.number_of(value)
    if is_tuple(value):
        return tuple([sanitized(frame, each) for each in value])
    return value


def _comprehension(node: ast.ListComp) -> Closure:
    (part,) = node.generators if len(node.generators) == 1 else (None,)
    if part is None or not isinstance(part.target, ast.Name):
        raise ReferenceUnknownError("a comprehension of several parts")
    values, element, name = compiled(part.iter), compiled(node.elt), part.target.id
    tests = [compiled(each) for each in part.ifs]

    def run(frame: Frame) -> Any:
        held = values(frame)
        if not is_tuple(held):
            raise ReferenceUnknownError("a comprehension over something other than a tuple")
        made = list[Any]()
        for each in held:
            frame.machine.step()
            frame.names[name] = each
            if all(single(test(frame)) for test in tests):
                made.append(element(frame))
        return tuple(made)

    return run


def _text(node: ast.JoinedStr) -> Closure:
    parts = list[Closure]()
    for each in node.values:
        if isinstance(each, ast.FormattedValue):
            if each.format_spec is not None:
                raise ReferenceUnknownError("a formatted string")
            parts.append(compiled(each.value))
        else:
            parts.append(compiled(each))

    def run(frame: Frame) -> str:
        values = [each(frame) for each in parts]
        return "".join("?" if is_dynamic(each) else str(each)[:_LONGEST] for each in values)[:_LONGEST]

    return run


def _call(node: ast.Call, *, is_used: bool) -> Closure:
    function = compiled(node.func)
    args = [(isinstance(each, ast.Starred), compiled(each.value if isinstance(each, ast.Starred) else each))
            for each in node.args]  # fmt: skip
    if any(each.arg is None for each in node.keywords):
        raise ReferenceUnknownError("a call with a dictionary of arguments")
    keywords = [(each.arg or "", compiled(each.value)) for each in node.keywords]
    place = id(node)

    def run(frame: Frame) -> Any:
        m, called = frame.machine, function(frame)
        given = list[Any]()
        for starred, each in args:
            if starred:
                given.extend(known("add", (), each(frame)))
            else:
                given.append(each(frame))
        named = {name: each(frame) for name, each in keywords}
        if m.trace is not None and isinstance(called, Operation) and called.name in ARMS:
            m.note_arms(place, call(m, Operation(called.name, ARMS[called.name]), given, named))
        m.result_is_used = is_used
        result = call(m, called, given, named)
        m.result_is_used = True
        return result

    return run


_COMPILERS: dict[type[ast.expr], Callable[[Any], Closure]] = {
    ast.Constant: _constant, ast.Name: _name, ast.Attribute: _attribute, ast.Subscript: _subscript,
    ast.Slice: _slice, ast.Tuple: _tuple, ast.List: _tuple, ast.BinOp: _binary, ast.UnaryOp: _unary,
    ast.BoolOp: _boolean, ast.Compare: _compare, ast.IfExp: _choice, ast.NamedExpr: _named,
    ast.ListComp: _comprehension, ast.JoinedStr: _text,
}  # fmt: skip
