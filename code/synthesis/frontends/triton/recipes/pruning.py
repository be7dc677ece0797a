"""Removes the statements of a drawn kernel whose results are not used, and finds the names that it needs.

A name is live at a place if a later statement may read it there. An assignment is removed if none of its targets is
live after it, and if its expression has no effect of its own. The other lines stay as they are.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_EFFECT = re.compile(r"\b(?:store|atomic_\w+|device_\w+|debug_barrier)\(")
_HEAD = "def kernel():\n"
_COMPARISONS: Mapping[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
}


def pruned(lines: str) -> str:
    """Return the lines of a body, indented by four spaces, without statements whose results are not used."""
    tree = ast.parse(_HEAD + lines)
    found = _needed(tree)
    texts: list[str | None] = list((_HEAD + lines).split("\n"))
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and node in found.removed:
            _erase(texts, node.lineno, node.end_lineno or node.lineno)
        elif isinstance(node, ast.stmt) and node in found.unread:
            line = texts[node.lineno - 1] or ""
            texts[node.lineno - 1] = re.sub(r"^( *)\w+ = ", r"\1", line)
        elif isinstance(node, ast.If) and node.orelse and _all(node.body, found.removed):
            _invert(texts, node)
        elif isinstance(node, ast.If) and node.orelse and _all(node.orelse, found.removed):
            _erase(texts, node.body[-1].end_lineno or 0, node.orelse[-1].end_lineno or 0, after=1)
    return "\n".join(text for text in texts[1:] if text is not None)


def needed(lines: str, constants: Mapping[str, Any]) -> set[str]:
    """Return the names that a body reads before it assigns them, after resolving branches on constants."""
    tree = _Decided(constants).visit(ast.parse(_HEAD + lines))
    return _needed(tree).live


def _needed(tree: ast.Module) -> "_Liveness":
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    found = _Liveness()
    found.live = found.block(function.body, set())
    return found


@dataclass(slots=True)
class _Liveness:
    """Finds the live names from the last statement to the first."""

    removed: set[ast.AST] = field(default_factory=set[ast.AST])
    """The statements whose results are not used."""
    unread: set[ast.AST] = field(default_factory=set[ast.AST])
    """The assignments of which only the side effect of the expression is needed."""
    live: set[str] = field(default_factory=set[str])
    """The names that are live before the first statement."""

    def block(self, statements: Sequence[ast.stmt], live: set[str]) -> set[str]:
        """Return the names that are live before statements, if the given ones are live after them."""
        for each in reversed(statements):
            self.removed.discard(each)
            self.unread.discard(each)
            live = self._before(each, live)
        return live

    def _before(self, node: ast.stmt, live: set[str]) -> set[str]:
        match node:
            case ast.Assign(targets=[target], value=value) if names := _names_of(target):
                return self._assignment(node, names, value, live, live - names)
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                return self._assignment(node, {name}, value, live, live)
            case ast.If():
                after = self.block(node.body, live) | self.block(node.orelse, live)
                return self._unless_empty(node, live, after | _read(node.test))
            case ast.For():
                return self._loop(node, node.iter, _names_of(node.target), live)
            case ast.While():
                return self._loop(node, node.test, set(), live | _read(node.test))
            case ast.With():
                return self.block(node.body, live).union(*(_read(each.context_expr) for each in node.items))
            case _:
                return live | _read(node)

    def _assignment(
        self, node: ast.stmt, names: set[str], value: ast.expr, after: set[str], rest: set[str]
    ) -> set[str]:
        if names & after:
            return rest | _read(value)
        if _EFFECT.search(ast.unparse(value)):
            self.unread.add(node)
            return after | _read(value)
        self.removed.add(node)
        return after

    def _loop(self, node: ast.For | ast.While, head: ast.expr, targets: set[str], live: set[str]) -> set[str]:
        before = set[str]()
        while (now := self.block(node.body, live | before) - targets) != before:
            before = now
        return self._unless_empty(node, live, live | before | _read(head))

    def _unless_empty(self, node: ast.If | ast.For | ast.While, live: set[str], before: set[str]) -> set[str]:
        if _all([*node.body, *node.orelse], self.removed):
            self.removed.add(node)
            return live
        return before


class _Decided(ast.NodeTransformer):
    """Replaces branches on constants by the branch that is taken."""

    def __init__(self, constants: Mapping[str, Any]) -> None:
        self._constants = constants

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        taken = self._value(node.test)
        return node if taken is None else (node.body if taken else node.orelse) or ast.Pass()

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        self.generic_visit(node)
        taken = self._value(node.test)
        return node if taken is None else node.body if taken else node.orelse

    def _value(self, test: ast.expr) -> bool | None:
        """Return whether a condition holds; None if that depends on more than constants."""
        match test:
            case ast.Name(id=name) if name in self._constants:
                return bool(self._constants[name])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self._value(operand)
                return None if inner is None else not inner
            case ast.BoolOp(op=joint, values=parts):
                found = [self._value(each) for each in parts]
                decisive = isinstance(joint, ast.Or)
                return decisive if decisive in found else None if None in found else not decisive
            case ast.Compare(left=ast.Name(id=name), ops=[kind], comparators=[ast.Constant(value=value)]):
                compare = _COMPARISONS.get(type(kind))
                return compare(self._constants[name], value) if compare and name in self._constants else None
            case _:
                return None


def _names_of(target: ast.expr) -> set[str]:
    """Return the names that an assignment binds; none if it binds anything else."""
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    names = {each.id for each in parts if isinstance(each, ast.Name)}
    return names if len(names) == len(parts) else set()


def _read(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}


def _all(statements: Sequence[ast.stmt], removed: set[ast.AST]) -> bool:
    return all(each in removed or isinstance(each, ast.Pass) or _is_text(each) for each in statements)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _erase(texts: list[str | None], first: int, last: int, *, after: int = 0) -> None:
    """Remove the lines from ``first + after`` to ``last``, counted from 1, and the comments before them."""
    first += after
    while not after and (texts[first - 2] or "").lstrip().startswith("#"):
        first -= 1
    for line in range(first - 1, last):
        texts[line] = None


def _invert(texts: list[str | None], node: ast.If) -> None:
    """Replace a branch whose first part is empty by one on the opposite condition."""
    head, last = texts[node.lineno - 1] or "", node.body[-1].end_lineno or node.lineno
    if (texts[node.orelse[0].lineno - 1] or "").lstrip().startswith("elif "):
        _erase(texts, node.lineno, last, after=1)
        texts[node.lineno] = " " * (node.col_offset + 4) + "pass"
        return
    word = head[node.col_offset :].partition(" ")[0]
    texts[node.lineno - 1] = f"{head[: node.col_offset]}{word} {ast.unparse(ast.UnaryOp(ast.Not(), node.test))}:"
    _erase(texts, node.lineno, node.orelse[0].lineno - 1, after=1)
