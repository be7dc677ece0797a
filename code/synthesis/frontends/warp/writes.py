"""A search for the arrays that a kernel writes, in its source.

Warp does not record writes by tiles, by native code and by references to elements.
"""

import ast
from collections.abc import Callable, Iterator
from typing import Any

from synthesis.frontends.warp import introspection

_TILES = ("tile_store", "tile_store_indexed", "tile_atomic_add", "tile_atomic_add_indexed")
"""Built-ins that write a tile into their first argument."""
_DENSE = {"dense_gemm": 7, "dense_chol": 3, "dense_subs": 3, "dense_solve": 4}
"""Built-ins that write a matrix or vector, and the position of the argument that they write."""
_DEEPEST = 12


def stored_by_tiles(tree: ast.AST, name: str, scope: Any) -> bool:
    """Return whether a function, or one that it calls, stores a tile or a dense matrix in an array.

    Args:
        tree: the tree of the function's source.
        name: the array's name in it; ``state.q`` for a field of a struct.
        scope: the globals of the function.
    """
    return _any_call(tree, name, scope, _stores)


def is_written(tree: ast.AST, name: str, scope: Any) -> bool:
    """Return whether a function, or one that it calls, assigns an array's element; see :func:`stored_by_tiles`."""
    assigned = _any_function(tree, name, scope, _assigns) or _any_call(tree, name, scope, _writes)
    return assigned or is_changed_by_reference(tree, name, scope)


def is_changed_by_reference(tree: ast.AST, name: str, scope: Any) -> bool:
    """Return whether a function changes an element that it is given by reference; see :func:`stored_by_tiles`."""
    return _any_function(tree, name, scope, _refers)


def is_field_written(tree: ast.AST, name: str, scope: Any) -> bool:
    """Return whether a function may write an array that is a struct's field; see :func:`stored_by_tiles`.

    Warp does not record these writes. The array may be written if the struct itself is stored elsewhere.
    """
    return (
        is_written(tree, name, scope)
        or _any_function(tree, name, scope, _escapes)
        or any(is_written(tree, each, scope) for each in _aliases(tree, name))
    )


def is_given_to_native_code(tree: ast.AST, name: str, scope: Any) -> bool:
    """Return whether a function, or one that it calls, passes an array to native code; see :func:`stored_by_tiles`."""
    return _any_call(tree, name, scope, lambda _, __, function: _is_native(function))


def parameters_in(tree: ast.AST) -> list[str]:
    """Return the names of the parameters of the first function of a tree."""
    function = next((node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)), None)
    return [] if function is None else [each.arg for each in function.args.args]


def _any_function(
    tree: ast.AST, name: str, scope: Any, test: Callable[[ast.AST, str, Any], bool], depth: int = 0
) -> bool:
    """Return whether a function that uses an array, or one to which it passes the array, satisfies a test.

    The test takes the tree, the array's name and the scope.
    """
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
    """Return whether a call that takes an array, here or in a called function, satisfies a test.

    The test takes the called name, the argument's position and the function.
    """

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
    """Return whether an element or a field of the named array is assigned."""
    return any(_is_part_of(node, name) for node in _stored_in(tree))


def _refers(tree: ast.AST, name: str, scope: Any) -> bool:
    """Return whether a call passes an element of the named array, or a part of one, to a function that changes it."""
    return any(
        _is_part_of(argument, name) and _changes(function, place)
        for function, place, argument in _calls_of_users(tree, scope)
    )


def _changes(function: Any, place: int, depth: int = 0) -> bool:
    """Return whether a function has an argument by reference at a position, and assigns it or passes it on."""
    for each in introspection.callable_overloads_of(function):
        tree = introspection.tree_of(each)
        name = dict(enumerate(parameters_in(tree))).get(place, "")
        if depth > _DEEPEST or not introspection.is_by_reference(introspection.declared_types_of(each).get(name)):
            continue
        if any(_is_in(node, name) for node in _stored_in(tree)):
            return True
        calls = _calls_of_users(tree, each.func.__globals__)
        if any(_is_in(given, name) and _changes(called, at, depth + 1) for called, at, given in calls):
            return True
    return False


def _calls_of_users(tree: ast.AST, scope: Any) -> Iterator[tuple[Any, int, ast.expr]]:
    """Yield the arguments of calls of a user's functions: the function, the argument's position and its expression."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            function = scope.get(node.func.id)
            if introspection.is_function(function) and not _is_native(function):
                yield from ((function, place, argument) for place, argument in enumerate(node.args))


def _stored_in(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the targets of assignments: names, elements and attributes."""
    return (node for node in ast.walk(tree) if isinstance(getattr(node, "ctx", None), ast.Store))


def _is_in(node: ast.AST, name: str) -> bool:
    """Return whether an expression is what a name or a path denotes, or a part of it."""
    return path_of(node) == name or _is_part_of(node, name)


def _is_part_of(node: ast.AST, name: str) -> bool:
    """Return whether an expression is an element, a field or a component of what a name or a path denotes."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
        if path_of(node) == name:
            return True
    return False


def _escapes(tree: ast.AST, name: str, scope: Any) -> bool:
    """Return whether the struct that contains an array is used other than by its fields or to call user functions.

    ``name`` is the path of the array, such as ``state.q``.
    """
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
    """Return the variables to which an array is assigned."""
    return [
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and path_of(node.value) == name
        for target in node.targets
        if isinstance(target, ast.Name)
    ]


def path_of(node: ast.AST) -> str | None:
    """Return the path of a name or an attribute: ``state``, ``state.q``; None for other expressions."""
    if isinstance(node, ast.Name):
        return node.id
    outer = path_of(node.value) if isinstance(node, ast.Attribute) else None
    return f"{outer}.{node.attr}" if outer is not None and isinstance(node, ast.Attribute) else None


def _is_native(function: Any) -> bool:
    return introspection.is_function(function) and introspection.is_native(function)


def _calls_with(tree: ast.AST, name: str) -> Iterator[tuple[str, int, str]]:
    """Yield the calls that take an array, a part of it, or the struct that contains it.

    Each is the last part of the function's name, the position of the argument, and, for a struct, the path of the field
    in it.
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
