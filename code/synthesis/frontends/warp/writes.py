"""Which arrays a kernel writes, told from its source: Warp keeps no record of what tiles and native code write."""

import ast
from collections.abc import Callable, Iterator
from typing import Any

from synthesis.frontends.warp import introspection

_TILES = ("tile_store", "tile_store_indexed", "tile_atomic_add", "tile_atomic_add_indexed")
"""Built-ins that write a tile into their first argument."""
_DEEPEST = 12


def stored_by_tiles(tree: ast.AST, name: str, scope: Any) -> bool:
    """Whether a function, or one that it calls, stores a tile into an array.

    Args:
        tree: of the function's source.
        name: what the array is called there.
        scope: the globals of the function.
    """
    return _any_call(tree, name, scope, lambda called, place, _: called in _TILES and place == 0)


def is_written(tree: ast.AST, name: str, scope: Any) -> bool:
    """Whether a function, or one that it calls, assigns to an element of an array; see :func:`stored_by_tiles`."""
    return _any_function(tree, name, scope, _assigns) or _any_call(tree, name, scope, _writes)


def is_given_to_native_code(tree: ast.AST, name: str, scope: Any) -> bool:
    """Whether a function, or one that it calls, hands an array to a native snippet; see :func:`stored_by_tiles`."""
    return _any_call(tree, name, scope, lambda _, __, function: _is_native(function))


def parameters_in(tree: ast.AST) -> list[str]:
    """The names of the parameters of the first function of a tree."""
    function = next((node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)), None)
    return [] if function is None else [each.arg for each in function.args.args]


def _any_function(
    tree: ast.AST, name: str, scope: Any, test: Callable[[ast.AST, str, Any], bool], depth: int = 0
) -> bool:
    """Whether a function that is given an array, or one that it hands it on to, passes a test of tree, name, scope."""
    if test(tree, name, scope):
        return True
    for called, place in _calls_with(tree, name):
        function = scope.get(called)
        if not introspection.is_function(function) or _is_native(function) or depth > _DEEPEST:
            continue
        for each in introspection.concrete_overloads_of(function):
            inner = introspection.tree_of(each)
            names = parameters_in(inner)
            if place < len(names) and _any_function(inner, names[place], each.func.__globals__, test, depth + 1):
                return True
    return False


def _any_call(tree: ast.AST, name: str, scope: Any, test: Callable[[str, int, Any], bool]) -> bool:
    """Whether a call that is given an array, here or in a function that is called, passes a test of name and place."""

    def has(tree: ast.AST, name: str, scope: Any) -> bool:
        return any(test(called, place, scope.get(called)) for called, place in _calls_with(tree, name))

    return _any_function(tree, name, scope, has)


def _writes(called: str, place: int, _: Any) -> bool:
    return place == 0 and (called in _TILES or called.startswith("atomic_"))


def _assigns(tree: ast.AST, name: str, _: Any) -> bool:
    """Whether something inside what a name stands for is assigned to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            inner: ast.expr = node
            while isinstance(inner, ast.Subscript | ast.Attribute):
                inner = inner.value
            if isinstance(inner, ast.Name) and inner.id == name:
                return True
    return False


def _is_native(function: Any) -> bool:
    return introspection.is_function(function) and introspection.is_native(function)


def _calls_with(tree: ast.AST, name: str) -> Iterator[tuple[str, int]]:
    """The last part of the name of each call that is given an array or a part of it, and the place it is given in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for place, argument in enumerate(node.args):
                inner = argument
                while isinstance(inner, ast.Subscript):
                    inner = inner.value
                if isinstance(inner, ast.Name) and inner.id == name:
                    yield called, place
