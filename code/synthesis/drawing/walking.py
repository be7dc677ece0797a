"""All that is in a syntax tree of Python, found and changed faster than by what ``ast`` has for it: drawing a kernel
asks for it a few hundred times, from the top. Contexts such as ``ast.Load``, names and marks are never looked at."""

import ast
from collections.abc import Callable
from typing import Any, cast

_NO_NODES = frozenset({"ctx", "id", "attr", "arg", "kind", "type_comment", "conversion", "simple", "level", "module"})
"""Fields of syntax nodes that never hold what is walked: contexts, names and marks."""
_MIXED = frozenset({"keys", "kw_defaults", "names", "kwd_attrs"})
"""Lists of syntax nodes in which something else may stand, such as None or a name."""


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of a class of nodes in which other nodes may be; kept as they are asked for."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        self[kind] = found = tuple(each for each in kind._fields if each not in _NO_NODES and kind is not ast.Constant)
        return found


_FIELDS = _Fields()


def _is_node(each: object) -> bool:
    return isinstance(each, ast.AST)


def walk(root: ast.AST) -> list[ast.AST]:
    """A node and all below it, in the order of ``ast.walk``, but for contexts such as ``ast.Load``.

    The list is of the tree as it is now; whoever changes the tree meanwhile goes on with the nodes that were there.
    """
    found = [root]
    for node in found:  # which grows meanwhile
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
    """What visits nodes by methods named for their classes, as those of ``ast`` do; looks for each method once."""

    _methods: dict[type[ast.AST], Callable[[Any, ast.AST], Any] | None]

    def __init_subclass__(cls) -> None:
        """Have the class look for its own methods."""
        super().__init_subclass__()
        cls._methods = {}

    def visit(self, node: ast.AST) -> Any:
        """What the method for the node's class gives; the node, if there is none and nothing is in it."""
        kind = type(node)
        if kind not in self._methods:
            self._methods[kind] = getattr(type(self), f"visit_{kind.__name__}", None)
        method = self._methods[kind]
        if method is not None:
            return method(self, node)
        return self.generic_visit(node) if _FIELDS[kind] else node

    def generic_visit(self, node: ast.AST) -> Any:
        """Visit what is in a node."""
        raise NotImplementedError


class Visitor(_Visiting):
    """An ``ast.NodeVisitor`` in less time."""

    def generic_visit(self, node: ast.AST) -> Any:
        """Visit what is in a node."""
        for name in _FIELDS[type(node)]:
            value = getattr(node, name, None)
            if isinstance(value, list):
                for each in cast("list[object]", value):
                    if isinstance(each, ast.AST):
                        self.visit(each)
            elif isinstance(value, ast.AST):
                self.visit(value)


class Rewriter(_Visiting):
    """An ``ast.NodeTransformer`` in less time."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """The node, with what is in it put in place of what was."""
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
