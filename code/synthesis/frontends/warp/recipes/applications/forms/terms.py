"""Finds optional terms: those that are added to a variable with other terms, and that have a name such as gravity."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    Sheet,
    blocks_in,
    names_in,
    nodes_in,
)


class Extra(NamedTuple):
    """An optional term of a kernel."""

    block: list[ast.stmt]
    place: int
    """The index of its statement in the block."""
    variable: str
    """The variable to which it is added."""
    words: tuple[str, ...]
    """Words for it: the names of its arguments that are not arrays, such as gravity."""


_UNSUITED = frozenset({
    "count", "dt", "eps", "inv", "kd", "ke", "kf", "kp", "kv", "limit", "max", "min", "num", "scale", "time",
    "timestep",
})  # fmt: skip
"""Parts of names of quantities that do not describe a term."""


def extra_terms(sheet: Sheet) -> list[Extra]:
    """Return the terms outside loops that have a word and are added to a variable that has another term."""
    nodes = list(nodes_in(sheet.body))
    added = [each.target.id for each in nodes if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name)]
    begun = {_begun_with_a_term(each) for each in nodes}
    found: list[Extra] = []
    for block, place in _places_outside_loops(sheet.body):
        match block[place]:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.Sub(), value=value):
                words = _words_of(sheet, value)
                if words and (name in begun or added.count(name) > 1):
                    found.append(Extra(block, place, name, words))
            case _:
                pass
    return found


def _words_of(sheet: Sheet, term: ast.expr) -> tuple[str, ...]:
    spoken = [sheet.given[name] for name in names_in([term]) if name in sheet.given]
    words = [each.names[0] for each in spoken if each.shape is None and len(each.names[0]) > 2]
    return tuple(each for each in words if _UNSUITED.isdisjoint(each.split("_")))


def _places_outside_loops(body: list[ast.stmt]) -> Iterator[tuple[list[ast.stmt], int]]:
    for place, statement in enumerate(body):
        yield body, place
        if isinstance(statement, ast.If):
            for inner in blocks_in(statement):
                yield from _places_outside_loops(inner)


def _begun_with_a_term(node: ast.AST) -> str | None:
    """Return the variable to which a node assigns an expression with names; None for any other node."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if set(names_in([value])) - {"wp", "float"}:
            return name
        case _:
            return None
