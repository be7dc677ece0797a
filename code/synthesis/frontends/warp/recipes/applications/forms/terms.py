"""Statements of a kernel that might as well not be there: one term of several, one result of several."""

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from synthesis.frontends.warp.recipes.applications.forms.sheet import blocks_in


class Extra(NamedTuple):
    """A statement that a kernel might do without."""

    block: list[ast.stmt]
    place: int
    """Its number in the block."""
    name: str
    """The variable that it adds to, or the array that it writes."""
    is_term: bool


def extra_terms(body: list[ast.stmt]) -> list[Extra]:
    """Where a term is added to a variable that has another one, not trip after trip of a loop."""
    added = [each for each in _nodes(body) if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name)]
    names = [each.target.id for each in added if isinstance(each.target, ast.Name)]
    begun = {name for each in _nodes(body) for name in _begun_with_a_term(each)}
    found: list[Extra] = []
    for block, place in _places_outside_loops(body):
        match block[place]:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.Sub()):
                if name in begun or names.count(name) > 1:
                    found.append(Extra(block, place, name, is_term=True))
            case _:
                pass
    return found


def extra_results(body: list[ast.stmt]) -> list[Extra]:
    """Where an element is written, outside loops, of one of several arrays, and nowhere else of that one."""
    written = [name for each in _nodes(body) for name in _written(each)]
    return [
        Extra(block, place, name, is_term=False)
        for block, place in _places_outside_loops(body)
        for name in _written(block[place])
        if written.count(name) == 1 and written[0] != name
    ]


def _nodes(body: Sequence[ast.stmt]) -> list[ast.AST]:
    return [node for statement in body for node in ast.walk(statement)]


def _places_outside_loops(body: list[ast.stmt]) -> Iterator[tuple[list[ast.stmt], int]]:
    for place, statement in enumerate(body):
        yield body, place
        if isinstance(statement, ast.If):
            for inner in blocks_in(statement):
                yield from _places_outside_loops(inner)


def _begun_with_a_term(node: ast.AST) -> Iterator[str]:
    """The variable that an assignment gives more than plain numbers."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            inside = [each for each in ast.walk(value) if isinstance(each, ast.Name) and each.id not in ("wp", "float")]
            if inside:
                yield name
        case _:
            pass


def _written(node: ast.AST) -> Iterator[str]:
    """The array that a statement writes an element of."""
    match node:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))]):
            yield name
        case ast.AugAssign(target=ast.Subscript(value=ast.Name(id=name))):
            yield name
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=function), args=[ast.Name(id=name), *_])):
            if function.startswith("atomic_"):
                yield name
        case _:
            pass
