"""Calls of a base class's methods, ``super().method(…)``, as calls of functions.

A collected source declares a class with the used members of an object and without its bases, and writes a method that
is called by itself as a function. ``super`` finds nothing there.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from synthesis.frontends.definitions import source_of
from synthesis.frontends.rewriting import Edit, Text

Unwrap = Callable[[Any], FunctionType | None]
"""A function that returns the plain function of a member of a class; None if it has none."""


def base_methods(function: FunctionType, unwrap: Unwrap) -> Iterator[FunctionType]:
    """Yield the methods of base classes that a method calls by ``super()``, and those that these call in turn.

    Args:
        function: a function, which may be a method.
        unwrap: returns the plain function of a member.
    """
    waiting, seen = [function], {function}
    while waiting:
        each = waiting.pop()
        source = source_of(each)[0] if _defining_class(each) is not None else None
        for _, called in _calls(ast.parse(textwrap.dedent(source))) if source is not None else ():
            found = _method(each, called.attr, unwrap)
            if found is not None and found[1] not in seen:
                seen.add(found[1])
                waiting.append(found[1])
                yield found[1]


def with_base_functions(source: str, function: Any, unwrap: Unwrap) -> tuple[str, dict[str, FunctionType]]:
    """Return a method's source with ``function(self, …)`` for ``super().method(…)``, and these functions by name.

    A call whose method is not a plain function is left unchanged.

    Args:
        source: the source, not indented.
        function: the method; any other value has no such calls.
        unwrap: returns the plain function of a member.
    """
    if not isinstance(function, FunctionType) or _defining_class(function) is None:
        return source, {}
    itself = next(iter(inspect.signature(function).parameters), "")
    text, edits, names = Text(source), list[Edit](), dict[str, FunctionType]()
    for call, called in _calls(ast.parse(source)):
        found = _method(function, called.attr, unwrap)
        if found is None or not itself:
            continue
        base, method = found
        name = f"{base.__name__.lower()}_{called.attr.strip('_')}"
        names[name] = method
        first = text.source.index(b"(", text.end(called)) + 1
        comma = "" if not call.args and not call.keywords else "," if text.source[first:].startswith(b"\n") else ", "
        edits.append(Edit(text.start(called), text.end(called), name))
        edits.append(Edit(first, first, itself + comma))
    return text.edited(edits), names


def _defining_class(function: FunctionType) -> type | None:
    """Return the class in whose body a method that calls ``super()`` is defined; None if there is none."""
    free = function.__code__.co_freevars
    if "super" not in function.__code__.co_names or "__class__" not in free or function.__closure__ is None:
        return None
    found = function.__closure__[free.index("__class__")].cell_contents
    return found if isinstance(found, type) else None


def _calls(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.Attribute]]:
    """Yield the calls ``super().method(…)``, and the expressions ``super().method`` in them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_super(node.func.value):
            yield node, node.func


def _is_super(node: ast.expr) -> bool:
    """Return whether an expression is ``super()``."""
    match node:
        case ast.Call(func=ast.Name(id="super"), args=[], keywords=[]):
            return True
        case _:
            return False


def _method(function: FunctionType, name: str, unwrap: Unwrap) -> tuple[type, FunctionType] | None:
    """Return the base class that has a method, and the method as a plain function; None if it is not one."""
    kind = _defining_class(function)
    assert kind is not None
    for base in kind.__mro__[1:]:
        member = vars(base).get(name)
        if member is not None:
            plain = None if isinstance(member, staticmethod | classmethod | property) else unwrap(member)
            return None if plain is None else (base, plain)
    return None
