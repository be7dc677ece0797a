"""Traverses and transforms Python syntax trees faster than ``ast``, because drawing a kernel does so hundreds of times.

Contexts such as ``ast.Load``, names and flags are skipped.
"""

import ast
from collections.abc import Callable
from typing import Any, cast

_NO_NODES = frozenset({"ctx", "id", "attr", "arg", "kind", "type_comment", "conversion", "simple", "level", "module"})
"""Fields of syntax nodes that never contain nodes to visit: contexts, names and flags."""
_MIXED = frozenset({"keys", "kw_defaults", "names", "kwd_attrs"})
"""List fields that may contain values other than nodes, such as None or a name."""


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each node class that may contain nodes, computed on first use."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        self[kind] = found = tuple(each for each in kind._fields if each not in _NO_NODES and kind is not ast.Constant)
        return found


_FIELDS = _Fields()


def _is_node(each: object) -> bool:
    return isinstance(each, ast.AST)


def walk(root: ast.AST) -> list[ast.AST]:
    """Return a node and all nodes below it in the order of ``ast.walk``, without contexts such as ``ast.Load``.

    The list is a snapshot: changing the tree while iterating over it does not affect it.
    """
    found = [root]
    for node in found:  # grows during the iteration
        names = _FIELDS[type(node)]
        if not names:
            continue
        fields = node.__dict__
        for name in names:
            value = fields.get(name)
            if type(value) is list:
                nodes = cast("list[ast.AST]", value)
                found += filter(_is_node, nodes) if name in _MIXED else nodes
            elif isinstance(value, ast.AST):
                found.append(value)
    return found


class _Visiting:
    """Visits nodes with methods named after their classes, as in ``ast``, and looks up each method only once."""

    _methods: dict[type[ast.AST], Callable[[Any, ast.AST], Any] | None]

    def __init_subclass__(cls) -> None:
        """Give the class its own cache of methods."""
        super().__init_subclass__()
        cls._methods = {}

    def visit(self, node: ast.AST) -> Any:
        """Return the result of the method for the node's class.

        Without such a method, the children are visited, or the node is returned if it has none.
        """
        kind = type(node)
        if kind not in self._methods:
            self._methods[kind] = getattr(type(self), f"visit_{kind.__name__}", None)
        method = self._methods[kind]
        if method is not None:
            return method(self, node)
        return self.generic_visit(node) if _FIELDS[kind] else node

    def generic_visit(self, node: ast.AST) -> Any:
        """Visit the children of a node."""
        raise NotImplementedError


class Visitor(_Visiting):
    """A faster ``ast.NodeVisitor``."""

    def generic_visit(self, node: ast.AST) -> Any:
        """Visit the children of a node."""
        for name in _FIELDS[type(node)]:
            value = getattr(node, name, None)
            if isinstance(value, list):
                for each in cast("list[object]", value):
                    if isinstance(each, ast.AST):
                        self.visit(each)
            elif isinstance(value, ast.AST):
                self.visit(value)


class Rewriter(_Visiting):
    """A faster ``ast.NodeTransformer``."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Replace the children of a node by the results of visiting them, and return the node."""
        for name in _FIELDS[type(node)]:
            value = getattr(node, name, None)
            if isinstance(value, list):
                whole = cast("list[object]", value)
                whole[:] = self._visited(whole)
            elif isinstance(value, ast.AST):
                made = self.visit(value)
                if made is None:
                    delattr(node, name)
                elif made is not value:
                    setattr(node, name, made)
        return node

    def _visited(self, nodes: list[object]) -> list[object]:
        found: list[object] = []
        for each in nodes:
            made: object = self.visit(each) if isinstance(each, ast.AST) else each
            if isinstance(made, list):
                found += cast("list[object]", made)
            elif made is not None or each is None:
                found.append(made)
        return found
