"""Analysis of which values of a kernel depend on its arrays, from its source.

It may overestimate: a name depends on the arrays if any value assigned to it does.
"""

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from synthesis.frontends.warp import introspection
from synthesis.frontends.warp.reference.sources import Source, source_of
from synthesis.frontends.warp.writes import path_of

_WITHOUT_DERIVATIVE = frozenset({
    "bool", "ceil", "floor", "int", "int8", "int16", "int32", "int64", "len", "nonzero", "rint", "round", "sign",
    "step", "tid", "trunc", "uint8", "uint16", "uint32", "uint64",
})  # fmt: skip
"""Calls whose results do not depend on their arguments, or are not differentiable."""
_FACTS = frozenset({"shape", "size", "ndim", "dtype"})


class Dependence:
    """The expressions of a kernel that depend on some of its arguments.

    Args:
        kernel: its source.
        arguments: the arguments, as the kernel names them; ``state.q`` for a field of a struct.
        smoothly: whether only differentiable dependence counts, which excludes comparisons, integers, indices and
            thread numbers.
    """

    def __init__(self, kernel: Source, arguments: Iterable[str], *, smoothly: bool) -> None:
        self._smoothly = smoothly
        self._names: dict[int, set[str]] = {id(kernel): set(arguments)}
        self._sources = [kernel]
        known = -1
        while known != (known := sum(map(len, self._names.values())) + len(self._sources)):
            for source in list(self._sources):
                self._follow(source)
        self._known: dict[tuple[int, int], bool] = {}

    def holds(self, expression: ast.expr, source: Source) -> bool:
        """Return whether the value of an expression in a function may depend on the arguments."""
        key = id(expression), id(source)
        if key not in self._known:
            self._known[key] = self._holds(expression, source)
        return self._known[key]

    def independent_values(self) -> set[ast.expr]:
        """Return the values of assignments, also in called functions, that do not depend on the arguments."""
        return {
            node.value
            for source in self._sources
            for statement in source.body
            for node in ast.walk(statement)
            if isinstance(node, ast.Assign) and not self.holds(node.value, source)
        }

    def _holds(self, expression: ast.expr, source: Source) -> bool:
        names = self._names.get(id(source), set[str]())
        match expression:
            case ast.Constant():
                return False
            case ast.Name():
                return expression.id in names or any(each.startswith(f"{expression.id}.") for each in names)
            case ast.Attribute():
                if expression.attr in _FACTS:
                    return False
                path = path_of(expression)
                if path is None:
                    return self._holds(expression.value, source)
                return any(path == each or path.startswith(f"{each}.") or each.startswith(f"{path}.") for each in names)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()) if self._smoothly:
                return False
            case ast.Subscript():
                parts = [expression.value] if self._smoothly else [expression.value, expression.slice]
            case ast.IfExp():
                parts = [expression.body, expression.orelse]
                parts += [] if self._smoothly else [expression.test]
            case ast.Call():
                return self._of_call(expression, source)
            case _:
                parts = [each for each in ast.iter_child_nodes(expression) if isinstance(each, ast.expr)]
        return any(self._holds(each, source) for each in parts)

    def _of_call(self, call: ast.Call, source: Source) -> bool:
        name = called_name(call)
        if name == "static" or (self._smoothly and name in _WITHOUT_DERIVATIVE):
            return False
        if name == "tid":
            return True
        given = call.args[1:] if name == "where" and self._smoothly else call.args
        return any(self._holds(each, source) for each in [*given, *(each.value for each in call.keywords)])

    def _follow(self, source: Source) -> None:
        """Add the names that depend on the arguments through the assignments and calls of one function."""
        names = self._names[id(source)]
        for statement in source.body:
            for node in ast.walk(statement):
                for target, value in _assignments(node):
                    if self._holds(value, source):
                        names |= _targets(target)
                if isinstance(node, ast.Call):
                    self._hand_on(node, source)

    def _hand_on(self, call: ast.Call, source: Source) -> None:
        """Add the parameters of user functions to which a call passes dependent values."""
        names = self._names[id(source)]
        for function in functions_of(call.func, source):
            if not any(function is each for each in self._sources):
                self._sources.append(function)
            inner = self._names.setdefault(id(function), set())
            given = [*zip(function.parameters, call.args, strict=False)]
            given += [(each.arg, each.value) for each in call.keywords if each.arg is not None]
            for parameter, value in given:
                path = path_of(value)
                fields = (
                    {each.removeprefix(path) for each in names if each.startswith(f"{path}.")} if path else set[str]()
                )
                if path is not None and path not in names and fields:
                    inner |= {f"{parameter}{field}" for field in fields}
                elif self._holds(value, source):
                    inner.add(parameter)


def functions_of(called: ast.AST, source: Source) -> list[Source]:
    """Return the user functions that a name, or an attribute of a module, refers to; one entry per overload."""
    function = _resolved(called, source) if isinstance(called, ast.Name | ast.Attribute) else None
    if not introspection.is_function(function) or introspection.is_native(function):
        return []
    overloads = introspection.callable_overloads_of(function)
    return [source_of(each) for each in (overloads if len(overloads) > 1 else [function])]


def _resolved(node: ast.expr, source: Source) -> Any:
    """Return the value of a name outside a function, or of an attribute of a module or class; None if it has none."""
    if isinstance(node, ast.Name):
        return None if node.id in source.own_names else source.scope.get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_resolved(node.value, source), node.attr, None)
    return None


def called_name(call: ast.Call) -> str:
    """Return the last part of a called function's dotted name; empty if it has no name."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _assignments(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case ast.AugAssign(target=target, value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value
        case ast.For(target=target, iter=value):
            yield target, value
        case ast.Call() if called_name(node).startswith(("atomic_", "tile_store", "tile_atomic")) and node.args:
            yield from ((node.args[0], each) for each in node.args[1:])
        case _:
            return


def _targets(target: ast.expr) -> set[str]:
    """Return the variables that an assignment changes; a field of a struct by its path."""
    if isinstance(target, ast.Tuple | ast.List):
        return set[str]().union(*map(_targets, target.elts))
    while isinstance(target, ast.Subscript):
        target = target.value
    path = path_of(target)
    if path is not None:
        return {path}
    return _targets(target.value) if isinstance(target, ast.Attribute) else set()
