"""Functions and records that a library function has made, as expressions that call it: ``hk.transform(f).apply``.

The made function usually keeps the maker's arguments in its closure, under the parameters' names. This module does not
decide whether a call with these makes the same function again; the source must be traced and compared with the program.
"""

import ast
import functools
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType, FunctionType
from typing import Any

from synthesis.frontends.definitions import Built, closure_of, source_of
from synthesis.frontends.plain_names import MUTATORS

_SOURCE = "_irsmith_source"
_Parts = list[tuple[str, Any]]


def made_function(value: FunctionType, imported: Callable[[str], bool]) -> Built | None:
    """Return the expression of a function that a library function has made; None for any other function.

    Args:
        value: the function.
        imported: returns whether a module is imported by name rather than copied.
    """
    found = _maker_of(value, imported)
    if found is None:
        return None
    maker, tree = found
    call = _call_of(maker, tree, closure_of(value))
    place = _place_of(maker, tree, value.__code__.co_name)
    if call is None or place is None:
        return None
    text, parts = call
    return Built(f"{text}{place}", tuple(parts))


def made_record(value: Any, imported: Callable[[str], bool]) -> Built | None:
    """Return the expression of a named tuple that a library function has made; None for any other value."""
    attributes = {name: getattr(value, name) for name in getattr(value, "_fields", ())}
    for at, (name, function) in enumerate(attributes.items()):
        found = _maker_of(function, imported)
        if found is None:
            continue
        maker, tree = found
        kept = closure_of(function)
        call = _call_of(maker, tree, kept)
        is_there = _place_of(maker, tree, function.__code__.co_name) in {f".{name}", f"[{at}]"}
        others = {other: each for other, each in attributes.items() if not _is_of(each, maker, imported)}
        handed_on = all(
            any(getattr(one, other, None) is each for one in kept.values()) for other, each in others.items()
        )
        if call is not None and is_there and handed_on:
            return Built(call[0], tuple(call[1]))
    return None


def made_around(value: Any, imported: Callable[[str], bool]) -> Built | None:
    """Return a library's wrapper around a function as a call of the library's factory; None for any other value.

    The factory is the only public function in the class's module that refers to the class and requires one argument.
    """
    kind: Any = value.__class__
    home = sys.modules.get(kind.__module__)
    if home is None or not imported(kind.__module__) or not hasattr(value, "__wrapped__"):
        return None
    makers = [
        each
        for name, each in vars(home).items()
        if isinstance(each, FunctionType) and not name.startswith("_") and each.__module__ == kind.__module__
        and kind.__name__ in each.__code__.co_names
    ]  # fmt: skip
    if len(makers) != 1:
        return None
    (maker,) = makers
    first, *rest = inspect.signature(maker).parameters.values()
    if any(each.default is each.empty and each.kind is not each.VAR_KEYWORD for each in rest):
        return None
    name = getattr(value.__wrapped__, "__name__", "")
    texts = ["{1}"]
    parts: _Parts = [(maker.__name__, maker), (name if name.isidentifier() else first.name, value.__wrapped__)]
    for each in rest:
        found = next((getattr(value, n) for n in (each.name, f"_{each.name}") if hasattr(value, n)), each.default)
        if each.kind is not each.VAR_KEYWORD and found is not each.default and found != each.default:
            texts.append(f"{each.name}={{{len(parts)}}}")
            parts.append((each.name, found))
    return Built(f"{{0}}({', '.join(texts)})", tuple(parts))


def made_by_fields(value: Any, fields: Sequence[str]) -> Built:
    """Return an object as a call of a new function that sets its attributes without running its constructor."""
    texts = ", ".join(f"{name}={{{number}}}" for number, name in enumerate(fields, start=1))
    maker = _maker_by_fields(value.__class__, tuple(fields))
    return Built(f"{{0}}({texts})", ((maker.__name__, maker), *((name, getattr(value, name)) for name in fields)))


@functools.cache
def _maker_by_fields(kind: Any, fields: tuple[str, ...]) -> FunctionType:
    name = f"new_{kind.__name__}"
    lines = [
        f"def {name}({', '.join(fields)}):",
        f"    made = object.__new__({kind.__name__})",
        *(f"    object.__setattr__(made, {each!r}, {each})" for each in fields),
        "    return made",
    ]
    source = "\n".join(lines) + "\n"
    code = next(each for each in compile(source, "", "exec").co_consts if isinstance(each, CodeType))
    found = FunctionType(code, {kind.__name__: kind, "__name__": ""}, name)
    setattr(found, _SOURCE, source)
    return found


def source_of_maker(value: Any) -> str | None:
    """Return the source of a function from ``_maker_by_fields``; None for any other value."""
    return getattr(value, _SOURCE, None) if isinstance(value, FunctionType) else None


def _is_of(value: Any, maker: FunctionType, imported: Callable[[str], bool]) -> bool:
    found = _maker_of(value, imported)
    return found is not None and found[0] is maker


def _maker_of(value: Any, imported: Callable[[str], bool]) -> tuple[FunctionType, ast.FunctionDef] | None:
    """Return the library function in which a function was defined, and its syntax tree; None if there is none."""
    if not isinstance(value, FunctionType):
        return None
    outer, _, inner = value.__code__.co_qualname.partition(".<locals>.")
    maker = value.__globals__.get(outer)
    if not inner or "." in inner or not isinstance(maker, FunctionType) or not imported(maker.__module__):
        return None
    if hasattr(maker, "__wrapped__") or value.__code__ not in maker.__code__.co_consts:
        return None
    try:
        (tree,) = ast.parse(textwrap.dedent(source_of(maker)[0] or "")).body
    except (SyntaxError, ValueError):
        return None
    return (maker, tree) if isinstance(tree, ast.FunctionDef) else None


def _call_of(maker: FunctionType, tree: ast.FunctionDef, kept: Mapping[str, Any]) -> tuple[str, _Parts] | None:
    """Return a call of a maker with the arguments that a closure keeps; None if a required one is missing."""
    bound = {each.id for each in _own_nodes(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    parts: _Parts = [(maker.__name__, maker)]
    texts: list[str] = []
    for name, each in inspect.signature(maker).parameters.items():
        known = name in kept and name not in bound
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            return None
        if not known and each.default is each.empty:
            return None
        if known and kept[name] is not each.default:
            texts.append(f"{'' if each.kind is each.POSITIONAL_ONLY else f'{name}='}{{{len(parts)}}}")
            parts.append((name, kept[name]))
    return f"{{0}}({', '.join(texts)})", parts


def _place_of(maker: FunctionType, tree: ast.FunctionDef, name: str) -> str | None:
    """Return how the inner function is reached from a maker's result.

    It is ``''`` if the result is the function, else an attribute or item as text; None if unknown.
    """
    given = [each.value for each in _own_nodes(tree) if isinstance(each, ast.Return) and each.value is not None]
    names = {each.id for each in given if isinstance(each, ast.Name)}
    if name in names:
        return ""
    given += [
        each.value
        for each in _own_nodes(tree)
        if isinstance(each, ast.Assign) and any(isinstance(one, ast.Name) and one.id in names for one in each.targets)
    ]
    return next((found for each in given if (found := _place_in(maker, each, name)) is not None), None)


def _place_in(maker: FunctionType, given: ast.expr, name: str) -> str | None:
    match given:
        case ast.Tuple(elts=parts):
            return next((f"[{at}]" for at, part in enumerate(parts) if _is_named(part, name)), None)
        case ast.Call(func=function, args=args, keywords=keywords):
            fields: Any = getattr(_found(maker, function), "_fields", ())
            places = [
                *enumerate(args),
                *((fields.index(each.arg), each.value) for each in keywords if each.arg in fields),
            ]
            at = next((at for at, part in places if _is_named(part, name)), len(fields))
            if at >= len(fields):
                return None
            return f"[{at}]" if fields[at] in MUTATORS else f".{fields[at]}"
        case _:
            return None


def _found(maker: FunctionType, node: ast.expr) -> Any:
    """Return the value of a global name of a function, or of an attribute of one; None if it is not known."""
    match node:
        case ast.Name(id=name):
            return maker.__globals__.get(name)
        case ast.Attribute(value=inner, attr=name):
            return getattr(_found(maker, inner), name, None)
        case _:
            return None


def _is_named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _own_nodes(tree: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body, without those of functions and classes inside it."""
    waiting: list[ast.AST] = [*tree.body]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            continue
        yield each
        waiting += ast.iter_child_nodes(each)
