"""Removal of values that are never read, because they belong to choices that were not taken."""

import ast
import functools
import re
from collections.abc import Set
from dataclasses import replace

from synthesis.drawing.nodes import nodes
from synthesis.drawing.rendering import render, render_block
from synthesis.drawing.syntax import (
    Assign,
    Comment,
    Comprehension,
    Display,
    Expression,
    For,
    Function,
    If,
    Lambda,
    Name,
    Return,
    Starred,
    Statement,
)
from synthesis.drawing.walking import walk

_STATEMENTS_KEPT = 2_000
"""Number of statements whose names are cached. A body is searched often, and changes little in between."""
_BLANK = Comment("")


def read_in(body: tuple[Statement, ...]) -> set[str]:
    """Return every name that statements read, including those of inner functions."""
    return set[str]().union(*(_names_in(each)[0] for each in body))


def assigned_in(body: tuple[Statement, ...]) -> set[str]:
    """Return every name that statements assign, including those of inner functions."""
    return set[str]().union(*(_names_in(each)[1] for each in body))


def bound_inside(body: tuple[Statement, ...]) -> set[str]:
    """Return the names that inner functions, lambdas and comprehensions bind."""
    found = set[str]()
    for node in nodes(body):
        match node:
            case Function():
                found |= {name for name, _ in node.parameters}
            case Lambda(parameters):
                found |= {*parameters}
            case Comprehension(_, target):
                found |= set(re.findall(r"\w+", render(target)))
            case _:
                pass
    return found


@functools.lru_cache(_STATEMENTS_KEPT)
def _names_in(statement: Statement) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that a statement reads, and those that it assigns."""
    text = "\n".join(["def body():", *render_block((statement,), 1), "    pass"])
    names = [each for each in walk(ast.parse(text)) if isinstance(each, ast.Name)]
    read = frozenset(each.id for each in names if isinstance(each.ctx, ast.Load))
    return read, frozenset(each.id for each in names if not isinstance(each.ctx, ast.Load))


def needed_in(body: tuple[Statement, ...]) -> set[str]:
    """Return every name that a body reads before it assigns it."""
    needed, made = set[str](), set[str]()
    for statement in body:
        needed |= set[str]() if isinstance(statement, Comment) else read_in((statement,)) - made
        match statement:
            case Assign(Name(name), _, ""):
                made.add(name)
            case Assign(Display(items), _, ""):
                made |= {each.id for each in items if isinstance(each, Name)}
            case Assign(Name(name)):
                needed |= {name} - made
            case _:
                pass
    return needed


def prune(body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return a body without unused assignments, uncalled inner functions, and the comments above these."""
    while True:
        kept = _keep(body, read_in(body))
        if kept == body:
            return body
        body = kept


def _keep(body: tuple[Statement, ...], read: Set[str]) -> tuple[Statement, ...]:
    made: list[Statement] = []
    for statement in body:
        kept = _kept(statement, read)
        if kept is not None:
            made.append(kept)
        elif made and isinstance(made[-1], Comment):
            made.pop()
    return tuple(made)


def _kept(statement: Statement, read: Set[str]) -> Statement | None:
    """Return the statement without the parts that are never read; None if nothing is left."""
    match statement:
        case Assign(Name(name)):
            return statement if name in read else None
        case Assign(Display(items) as target, value, operator):
            left = tuple(_unread_as_blank(each, read) for each in items)
            blank = all(each in (Name("_"), Starred(Name("_"))) for each in left)
            return None if blank else Assign(replace(target, items=left), value, operator)
        case If(test, inner, orelse):
            kept, other = _keep(inner, read), _keep(orelse, read)
            return If(test, kept, other if _has_code(other) else ()) if _has_code(kept) else None
        case For(target, iterable, inner):
            kept = _keep(inner, read)
            return For(target, iterable, kept) if _has_code(kept) else None
        case Function():
            return replace(statement, body=_keep(statement.body, read)) if statement.name in read else None
        case _:
            return statement


def _has_code(body: tuple[Statement, ...]) -> bool:
    return any(not isinstance(each, Comment) for each in body)


def _unread_as_blank(item: Expression, read: Set[str]) -> Expression:
    match item:
        case Name(name) if name not in read:
            return Name("_")
        case Starred(Name(name)) if name not in read:
            return Starred(Name("_"))
        case Display(items):
            return replace(item, items=tuple(_unread_as_blank(each, read) for each in items))
        case _:
            return item


def without_repeated_comments(body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return a body without comments that repeat an earlier comment on the same level."""
    seen = set[str]()
    made: list[Statement] = []
    for statement in body:
        if isinstance(statement, Comment) and statement.text:
            if statement.text in seen:
                continue
            seen.add(statement.text)
        made.append(statement)
    return tuple(made)


def spaced(
    body: tuple[Statement, ...], before_comments: bool, before_return: bool, *, below_docstring: bool
) -> tuple[Statement, ...]:
    """Return a body with empty lines around inner functions, and optionally above comments and the last return."""
    made: list[Statement] = [_BLANK] if below_docstring and isinstance(body[0], Function) else []
    for place, statement in enumerate(body):
        apart = (
            isinstance(statement, Function)
            or (before_comments and isinstance(statement, Comment))
            or (before_return and isinstance(statement, Return) and place == len(body) - 1)
        )
        last = made[-1] if made else Comment("")
        if not isinstance(last, Comment) and (apart or isinstance(last, Function)):
            made.append(_BLANK)
        if isinstance(statement, If):
            inner, other = (
                spaced(each, False, False, below_docstring=False) for each in (statement.body, statement.orelse)
            )
            statement = replace(statement, body=inner, orelse=other)
        elif isinstance(statement, Function):
            inner = spaced(statement.body, False, False, below_docstring=bool(statement.docstring))
            statement = replace(statement, body=inner)
        made.append(statement)
    return tuple(made)
