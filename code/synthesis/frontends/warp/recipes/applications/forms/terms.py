"""Terms that a kernel might do without: one of several that are added to a variable, with a word for it."""

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
    """A term that a kernel might do without."""

    block: list[ast.stmt]
    place: int
    """Its number in the block."""
    variable: str
    """What it is added to."""
    words: tuple[str, ...]
    """What it may be called by: the arguments in it that are single numbers or vectors, such as gravity."""


_UNSUITED = frozenset({
    "count", "dt", "eps", "inv", "kd", "ke", "kf", "kp", "kv", "limit", "max", "min", "num", "scale", "time",
    "timestep",
})  # fmt: skip
"""Parts of names that say how much of something there is, and not what."""


def extra_terms(sheet: Sheet) -> list[Extra]:
    """Where a term that has a name is added to a variable that has another one, not trip after trip of a loop."""
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
    """The variable that an assignment gives more than plain numbers; None if it is no such assignment."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if set(names_in([value])) - {"wp", "float"}:
            return name
        case _:
            return None
