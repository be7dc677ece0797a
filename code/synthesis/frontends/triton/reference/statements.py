"""Compilation of statements to closures, which take a frame and return None, a returned value or loop control."""

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.triton.reference.arithmetic import is_dynamic
from synthesis.frontends.triton.reference.attributes import CONSTEXPR
from synthesis.frontends.triton.reference.calls import Closure, Frame, Returned
from synthesis.frontends.triton.reference.casting import loop_type, numbers
from synthesis.frontends.triton.reference.expressions import compiled, sanitized, single
from synthesis.frontends.triton.reference.values import Block, Function, Operation, agreed, is_tuple

_BREAK, _CONTINUE = object(), object()


def block(body: Sequence[ast.stmt]) -> Closure:
    """Return one closure for several statements. Statements after a ``return`` are left out, as in Triton.

    Raises:
        ReferenceUnknownError: for a statement that is not modelled.
    """
    statements = live(body)
    steps = [(id(each), _statement(each)) for each in statements]

    def run(frame: Frame) -> Any:
        m = frame.machine
        for done, (place, step) in enumerate(steps, 1):
            m.step()
            if m.trace is not None:
                m.note(place)
            result = step(frame)
            if result is not None:
                if m.trace is not None and isinstance(result, Returned) and result.sure:
                    for each in statements[done:]:
                        m.leave_out(each)
                return result
        return None

    return run


def live(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return the statements of a body up to its first ``return``."""
    ends = [number for number, each in enumerate(body) if isinstance(each, ast.Return)]
    return list(body[: ends[0] + 1]) if ends else list(body)


def _statement(node: ast.stmt) -> Closure:
    turn = _TURNS.get(type(node))
    if turn is None:
        raise ReferenceUnknownError(f"the statement {type(node).__name__}")
    return turn(node)


def _bind(target: ast.expr) -> Callable[[Frame, Any], None]:
    """Return a function that binds a target's names to a value."""
    if isinstance(target, ast.Name):
        name = target.id

        def bind(frame: Frame, value: Any) -> None:
            frame.names[name] = value

        return bind
    if not isinstance(target, ast.Tuple | ast.List):
        raise ReferenceUnknownError(f"an assignment to a {type(target).__name__}")
    parts = [_bind(each) for each in target.elts]

    def unpack(frame: Frame, value: Any) -> None:
        if not is_tuple(value) or len(value) != len(parts):
            raise ReferenceUnknownError("a value unpacked into another number of names")
        for part, each in zip(parts, value, strict=True):
            part(frame, each)

    return unpack


def _assign(node: ast.Assign) -> Closure:
    if len(node.targets) != 1:
        raise ReferenceUnknownError("a chained assignment")
    return _assigned(node.targets[0], compiled(node.value))


def _assigned(target: ast.expr, value: Closure) -> Closure:
    bind = _bind(target)
    name = target.id if isinstance(target, ast.Name) else ""

    def run(frame: Frame) -> None:
        given = value(frame)
        pending = name and frame.names.pop(f"{name}:", False)
        bind(frame, given if pending else sanitized(frame, given))

    return run


def _annotated(node: ast.AnnAssign) -> Closure:
    annotation, name = compiled(node.annotation), ast.unparse(node.target)
    bind = _bind(node.target)
    value = None if node.value is None else compiled(node.value)

    def run(frame: Frame) -> None:
        kind = annotation(frame)
        known = kind is CONSTEXPR or (isinstance(kind, str) and kind.endswith("constexpr"))
        if value is not None:
            bind(frame, value(frame) if known else sanitized(frame, value(frame)))
        elif known:
            frame.names[f"{name}:"] = True

    return run


def _augmented(node: ast.AugAssign) -> Closure:
    if not isinstance(node.target, ast.Name):
        raise ReferenceUnknownError("an augmented assignment to something other than a name")
    read = ast.Name(id=node.target.id, ctx=ast.Load())
    return _assigned(node.target, compiled(ast.BinOp(left=read, op=node.op, right=node.value)))


def _expression(node: ast.Expr) -> Closure:
    if isinstance(node.value, ast.Constant):
        return lambda frame: None
    value = compiled(node.value, is_used=False)

    def run(frame: Frame) -> None:
        value(frame)

    return run


def _return(node: ast.Return) -> Closure:
    value = None if node.value is None else compiled(node.value)

    def run(frame: Frame) -> Returned:
        given = None if value is None else value(frame)
        return Returned(sanitized(frame, given) if frame.undecided else given)

    return run


def _if(node: ast.If) -> Closure:
    test, body, other = compiled(node.test), block(node.body), block(node.orelse)
    returns = any(isinstance(each, ast.Return) for each in ast.walk(node))

    def run(frame: Frame) -> Any:
        condition = test(frame)
        chosen = single(condition)
        if not is_dynamic(condition):
            frame.machine.leave_out(node.orelse if chosen else node.body)
            return body(frame) if chosen else other(frame)
        frame.undecided = frame.undecided or returns
        result = body(frame) if chosen else other(frame)
        if isinstance(result, Returned):
            result.sure = False
        return result

    return run


def _while(node: ast.While) -> Closure:
    test = compiled(node.test)

    def turns(frame: Frame) -> Iterator[None]:
        while single(test(frame)):
            yield

    return _loop(turns, block(node.body))


def _for(node: ast.For) -> Closure:
    if not isinstance(node.target, ast.Name):
        raise ReferenceUnknownError("a loop over several names")
    name, body = node.target.id, block(node.body)
    items = _items(node.iter)

    def turns(frame: Frame) -> Iterator[None]:
        for each in items(frame):
            frame.names[name] = each
            yield

    return _loop(turns, body)


def _loop(turns: Callable[[Frame], Iterator[None]], body: Closure) -> Closure:
    """Return a loop that executes its body after each item of ``turns``."""

    def run(frame: Frame) -> Any:
        for _ in turns(frame):
            frame.machine.step()
            result = body(frame)
            if result is _BREAK:
                break
            if result is not None and result is not _CONTINUE:
                return result
        return None

    return run


def _items(node: ast.expr) -> Callable[[Frame], Iterable[Any]]:
    """Return a function that gives the values that a loop iterates over."""
    if not isinstance(node, ast.Call):
        values = compiled(node)

        def held(frame: Frame) -> Iterable[Any]:
            found = values(frame)
            if not frame.known or not is_tuple(found):
                raise ReferenceUnknownError("a loop over something other than a range")
            return found

        return held
    function = compiled(node.func)
    names = ("arg1", "arg2", "step")
    args = [compiled(each) for each in node.args]
    keywords = {each.arg: compiled(each.value) for each in node.keywords if each.arg in names}

    def run(frame: Frame) -> Iterable[Any]:
        called = function(frame)
        name = called.name if isinstance(called, Operation) else ""
        given: list[Any] = [each(frame) for each in args]
        more = {key: each(frame) for key, each in keywords.items()}
        given += [more[key] for key in names[len(given) :] if more.get(key) is not None]
        if name not in ("range", "tl.range", "tl.static_range"):
            raise ReferenceUnknownError("a loop over something other than a range")
        return _range(frame, given, known=frame.known or name == "tl.static_range")

    return run


def _range(frame: Frame, given: Sequence[Any], *, known: bool) -> Iterable[Any]:
    """Return the values of a loop's variable: Python's integers if unrolled, else numbers of the type of its bounds.

    Raises:
        ReferenceUnknownError: if a bound is not a single integer, or must be known at compile time and is not.
        ReferenceFaultError: if a step that is not known at compile time is not positive.
        DivergedError: if lanes differ in the number of trips.
    """
    bounds = [0, *given] if len(given) == 1 else list(given)
    bounds = [*bounds, 1] if len(bounds) == 2 else bounds
    if known and any(is_dynamic(each) for each in bounds):
        raise ReferenceUnknownError("an unrolled loop whose bounds are not known when the kernel is compiled")
    start, stop, step = map(numbers, bounds)
    if (step == 0).any() or ((step < 0).any() and is_dynamic(bounds[2])):
        raise ReferenceFaultError("a loop whose step is not positive")
    trips = range(int(agreed(np.maximum(-((start - stop) // step), 0))))
    if known:
        return range(int(start[0]), int(stop[0]), int(step[0]))
    kind = loop_type(frame.machine, *bounds)
    return (Block((start + each * step).astype(kind.numpy), kind) for each in trips)


def _assert(node: ast.Assert) -> Closure:
    """Return the closure of an assertion, which does nothing, as in a kernel that is not compiled for debugging."""
    return lambda frame: None


def function_of(node: ast.FunctionDef, names: dict[str, Any], *, known: bool) -> Function:
    """Return a function of the source, whose body is compiled to closures when it is first called.

    Args:
        node: its definition.
        names: the names of its module.
        known: whether it runs at compile time.

    Raises:
        ReferenceUnknownError: if its parameters are not modelled.
    """
    given = node.args
    if given.kwarg is not None:
        raise ReferenceUnknownError("a dictionary of arguments")
    positional = [*given.posonlyargs, *given.args]
    defaults = dict(zip((each.arg for each in reversed(positional)), reversed(given.defaults), strict=False))
    defaults |= {
        each.arg: value for each, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value is not None
    }
    function = Function(
        name=node.name,
        node=node,
        parameters=tuple(each.arg for each in (*positional, *given.kwonlyargs)),
        defaults={name: compiled(value) for name, value in defaults.items()},
        variadic=given.vararg.arg if given.vararg else "",
        names=names,
        known=known,
    )
    turned: list[Closure] = []

    def body(frame: Frame) -> Any:
        if not turned:
            turned.append(block(node.body))
        return turned[0](frame)

    function.body = body
    return function


_TURNS: dict[type[ast.stmt], Callable[[Any], Closure]] = {
    ast.Assign: _assign, ast.AnnAssign: _annotated, ast.AugAssign: _augmented, ast.Expr: _expression,
    ast.Return: _return, ast.If: _if, ast.While: _while, ast.For: _for, ast.Assert: _assert,
    ast.Pass: lambda node: lambda frame: None, ast.Break: lambda node: lambda frame: _BREAK,
    ast.Continue: lambda node: lambda frame: _CONTINUE,
}  # fmt: skip
