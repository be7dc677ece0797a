"""Which arrays a kernel writes, told from its source: Warp keeps no record of what tiles and native code write."""

import ast
from collections.abc import Callable, Iterator
from typing import Any

from synthesis.frontends.warp import introspection

_TILES = ("tile_store", "tile_store_indexed", "tile_atomic_add", "tile_atomic_add_indexed")
"""Built-ins that write a tile into their first argument."""
_DENSE = {"dense_gemm": 7, "dense_chol": 3, "dense_subs": 3, "dense_solve": 4}
"""Built-ins that write a matrix or vector into the array in this place."""
_DEEPEST = 12


def stored_by_tiles(tree: ast.AST, name: str, scope: Any) -> bool:
    """Whether a function, or one that it calls, stores a tile, or a dense matrix, into an array.

    Args:
        tree: of the function's source.
        name: what the array is called there; ``state.q`` for a field of a struct.
        scope: the globals of the function.
    """
    return _any_call(tree, name, scope, _stores)


def is_written(tree: ast.AST, name: str, scope: Any) -> bool:
    """Whether a function, or one that it calls, assigns to an element of an array; see :func:`stored_by_tiles`."""
    return _any_function(tree, name, scope, _assigns) or _any_call(tree, name, scope, _writes)


def is_field_written(tree: ast.AST, name: str, scope: Any) -> bool:
    """Whether a function may write an array that is a struct's field; see :func:`stored_by_tiles`.

    Warp keeps no record of these. Where the struct itself is kept elsewhere, it may be.
    """
    return (
        is_written(tree, name, scope)
        or _any_function(tree, name, scope, _escapes)
        or any(is_written(tree, each, scope) for each in _aliases(tree, name))
    )


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
    for called, place, field in _calls_with(tree, name):
        function = scope.get(called)
        if not introspection.is_function(function) or _is_native(function) or depth > _DEEPEST:
            continue
        for each in introspection.callable_overloads_of(function):
            inner = introspection.tree_of(each)
            names = parameters_in(inner)
            if place < len(names):
                given = f"{names[place]}{field}"
                if _any_function(inner, given, each.func.__globals__, test, depth + 1):
                    return True
    return False


def _any_call(tree: ast.AST, name: str, scope: Any, test: Callable[[str, int, Any], bool]) -> bool:
    """Whether a call that is given an array, here or in a function that is called, passes a test of name and place."""

    def has(tree: ast.AST, name: str, scope: Any) -> bool:
        return any(
            test(called, place, scope.get(called)) for called, place, field in _calls_with(tree, name) if not field
        )

    return _any_function(tree, name, scope, has)


def _stores(called: str, place: int, _: Any) -> bool:
    return (called in _TILES and place == 0) or _DENSE.get(called) == place


def _writes(called: str, place: int, _: Any) -> bool:
    return _stores(called, place, None) or (place == 0 and called.startswith("atomic_"))


def _assigns(tree: ast.AST, name: str, _: Any) -> bool:
    """Whether something inside what a name stands for is assigned to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            inner: ast.expr = node
            while isinstance(inner, ast.Subscript | ast.Attribute):
                inner = inner.value
                if path_of(inner) == name:
                    return True
    return False


def _escapes(tree: ast.AST, name: str, scope: Any) -> bool:
    """Whether the struct of a field is used in other ways than for its fields, and as what functions are given."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        path = path_of(node)
        if path is None or not name.startswith(f"{path}."):
            continue
        parent = parents.get(node)
        if isinstance(parent, ast.Attribute):
            continue
        known = isinstance(parent, ast.Call) and node in parent.args and isinstance(parent.func, ast.Name)
        if not (known and introspection.is_function(scope.get(parent.func.id))):  # pyright: ignore
            return True
    return False


def _aliases(tree: ast.AST, name: str) -> list[str]:
    """The variables that stand for an array."""
    return [
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and path_of(node.value) == name
        for target in node.targets
        if isinstance(target, ast.Name)
    ]


def path_of(node: ast.AST) -> str | None:
    """A name, or a field with what it is of: ``state``, ``state.q``; None if an expression is neither."""
    if isinstance(node, ast.Name):
        return node.id
    outer = path_of(node.value) if isinstance(node, ast.Attribute) else None
    return f"{outer}.{node.attr}" if outer is not None and isinstance(node, ast.Attribute) else None


def _is_native(function: Any) -> bool:
    return introspection.is_function(function) and introspection.is_native(function)


def _calls_with(tree: ast.AST, name: str) -> Iterator[tuple[str, int, str]]:
    """The calls that are given an array, a part of it, or the struct that it is a field of.

    Each is the last part of its name, the place it is given in, and, for a struct, what names the field in it.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for place, argument in enumerate(node.args):
                inner = argument
                while isinstance(inner, ast.Subscript):
                    inner = inner.value
                path = path_of(inner)
                if path is not None and (path == name or name.startswith(f"{path}.")):
                    yield called, place, name.removeprefix(path)
