"""Which operation's result another one is given: pairs such as ``dot -> sqrt``, through variables."""

import ast
import builtins
from collections import Counter
from collections.abc import Iterator

from measures.syntax import Function

_TOLD = frozenset({"shape", "dtype", "ndim", "size", "T", "at", "x", "y", "z", "w", "p", "q"})
"""Attributes that arrays and vectors have."""
_METHODS = frozenset({
    "add", "all", "any", "argmax", "argmin", "argsort", "astype", "clip", "conj", "copy", "cumprod", "cumsum",
    "diagonal", "divide", "dot", "flatten", "get", "max", "mean", "min", "multiply", "prod", "ravel", "repeat",
    "reshape", "round", "set", "sort", "squeeze", "std", "sum", "swapaxes", "take", "trace", "transpose", "var", "view",
})  # fmt: skip
"""What arrays can do by themselves."""
_ELSEWHERE = ""
"""What is no operation on numbers: a field of an object, a function of the source, another library's."""


def flows_of(function: Function, modules: tuple[str, ...], *, python: bool) -> Counter[str]:
    """The pairs of operations of a function's body of which the second takes what the first gives.

    A variable gives what any of its assignments does. Arguments, constants and what is done elsewhere give nothing.
    What takes may be a branch, a loop, an element that is stored, its index, or a return too.

    Args:
        function: it.
        modules: those whose functions are operations, such as ``jax.numpy.``; operators and what arrays can do by
            themselves are some too.
        python: whether functions that are built into Python are, and stores of elements: of JAX's arrays there are
            none, and what such lines of libraries store in is something else.
    """
    reading = _Reading(function, modules, python)
    found = Counter[str]()
    for node in function.inside():
        for taker, value in reading.taken(node):
            elsewhere = taker == _ELSEWHERE or (taker.startswith("[]=") and not python)
            givers = set[str]() if elsewhere else reading.givers(value, frozenset())
            found.update(f"{giver} -> {taker}" for giver in givers if giver != _ELSEWHERE)
    return found


class _Reading:
    """What the expressions of a function take and give.

    Args:
        function: it.
        modules: those whose functions are told by name.
        python: whether those of Python are.
    """

    def __init__(self, function: Function, modules: tuple[str, ...], python: bool) -> None:
        self._function, self._modules, self._python = function, modules, python
        self._known = _assigned(function)

    def taken(self, node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
        """What a node does, with each value that it takes for that."""
        match node:
            case ast.Call():
                name = self._called(node)
                if isinstance(node.func, ast.Attribute) and not self._function.path(node.func):
                    yield name, node.func.value
                yield from ((name, each) for each in (*node.args, *(each.value for each in node.keywords)))
            case ast.Subscript(value=value, slice=index):
                name = "[]" if isinstance(node.ctx, ast.Load) else "[]="
                yield from (
                    (f"{name} index", each) for each in (index.elts if isinstance(index, ast.Tuple) else [index])
                )
                if isinstance(node.ctx, ast.Load):
                    yield name, value
            case ast.Assign(targets=targets, value=value):
                yield from (("[]=", value) for each in targets if isinstance(each, ast.Subscript))
            case ast.AugAssign(target=target, value=value):
                yield type(node.op).__name__, value
                if isinstance(target, ast.Subscript):
                    yield "[]=", ast.BinOp(target, node.op, value)
            case ast.BinOp(left=left, right=right):
                yield from ((type(node.op).__name__, each) for each in (left, right))
            case ast.UnaryOp(operand=operand):
                yield type(node.op).__name__, operand
            case ast.BoolOp(values=values):
                yield from ((type(node.op).__name__, each) for each in values)
            case ast.Compare(left=left, comparators=others, ops=ops):
                yield from ((type(ops[0]).__name__, each) for each in (left, *others))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                yield from (("choice", each) for each in (test, body, orelse))
            case ast.Attribute(value=value) if self._function.path(node) is None:
                yield _attribute(node), value
            case ast.If(test=test):
                yield "if", test
            case ast.While(test=test):
                yield "while", test
            case ast.For(iter=iterated):
                yield "for", iterated
            case ast.Return(value=ast.expr() as value):
                yield from (("return", each) for each in (value.elts if isinstance(value, ast.Tuple) else [value]))
            case _:
                return

    def givers(self, value: ast.expr, seen: frozenset[str]) -> set[str]:
        """The operations that may have given a value."""
        match value:
            case ast.Name(id=name):
                if name in seen:
                    return set()
                return {giver for each in self._known.get(name, ()) for giver in self.givers(each, seen | {name})}
            case ast.Call():
                return {self._called(value)}
            case ast.Subscript():
                return {"[]"}
            case ast.Attribute():
                return set() if self._function.path(value) else {_attribute(value)}
            case ast.BinOp() | ast.UnaryOp() | ast.BoolOp():
                constant = isinstance(value, ast.UnaryOp) and isinstance(value.operand, ast.Constant)
                return set() if constant else {type(value.op).__name__}
            case ast.Compare(ops=ops):
                return {type(ops[0]).__name__}
            case ast.IfExp():
                return {"choice"}
            case ast.Starred(value=inner) | ast.NamedExpr(value=inner):
                return self.givers(inner, seen)
            case _:
                return set()

    def _called(self, node: ast.Call) -> str:
        """What a call calls: an operation of the tool, of an array or of Python's, or something that is elsewhere."""
        path = self._function.path(node.func)
        if path is not None:
            return path.rpartition(".")[2] if path.startswith(self._modules) else _ELSEWHERE
        match node.func:
            case ast.Attribute(attr=name) if name in _METHODS:
                return name
            case ast.Name(id=name) if self._python and hasattr(builtins, name):
                return name
            case _:
                return _ELSEWHERE


def _assigned(function: Function) -> dict[str, list[ast.expr]]:
    """What is assigned to each variable, wherever."""
    found = dict[str, list[ast.expr]]()
    for node in function.inside():
        match node:
            case ast.Assign(targets=targets, value=value):
                pairs = [(target, value) for target in targets]
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.For(target=target, iter=value):
                pairs = [(target, value)]
            case ast.AugAssign(target=ast.Name() as target):
                pairs = [(target, ast.BinOp(target, node.op, node.value))]
            case ast.NamedExpr(target=target, value=value):
                pairs = [(target, value)]
            case _:
                continue
        for target, value in pairs:
            for each in ast.walk(target):
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                    found.setdefault(each.id, []).append(value)
    return found


def _attribute(node: ast.Attribute) -> str:
    return f".{node.attr}" if node.attr in _TOLD else _ELSEWHERE
