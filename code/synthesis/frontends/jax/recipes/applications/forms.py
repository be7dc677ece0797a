"""Equivalent forms of statements, such as early returns, assertions and updates in place."""

import re
from collections.abc import Callable, Container
from dataclasses import replace

from synthesis.drawing.nodes import nodes
from synthesis.drawing.syntax import (
    Assert,
    Assign,
    Attribute,
    Call,
    Comment,
    Comparison,
    Comprehension,
    Conditional,
    Dictionary,
    Display,
    Evaluate,
    Expression,
    For,
    FormattedText,
    Function,
    If,
    Infix,
    Literal,
    Name,
    Negation,
    Raise,
    Return,
    Statement,
    Subscript,
    size,
)
from synthesis.frontends.jax.recipes.applications.pruning import prune

_OPPOSITE = {"==": "!=", "<": ">=", ">": "<=", "is": "is not", "in": "not in"}
OPPOSITES = _OPPOSITE | {other: each for each, other in _OPPOSITE.items()}
_MOST_REPEATED_NODES = 9
"""Largest number of nodes of a result that may be written twice."""
_MOST_INLINE_NODES = 24
"""Largest number of nodes of a conditional expression or a comprehension."""

Body = tuple[Statement, ...]


def opposite(test: Expression) -> Expression:
    """Return the negation of a test."""
    match test:
        case Comparison(operator, left, right) if operator in OPPOSITES:
            return Comparison(OPPOSITES[operator], left, right)
        case Negation(operand, "not "):
            return operand
        case Infix("or", left, right):
            return Infix("and", opposite(left), opposite(right))
        case Infix("and", left, right):
            return Infix("or", opposite(left), opposite(right))
        case _:
            return Negation(test, "not ")


def with_early_returns(body: Body) -> Body:
    """Return a body that returns in its branches, as soon as nothing is left to do, not only at its end."""
    match body:
        case (*before, If(test, (*_, end) as inner, ()), Return(value) as last) if (
            value is not None and size(value) <= _MOST_REPEATED_NODES and not isinstance(end, Return | Raise)
        ):
            ended = _last_returned(inner, value.id) if isinstance(value, Name) else None
            return (*before, If(opposite(test), (last,), ()), *(ended or (*inner, last)))
        case (*before, If() as choice, Return(Name(result))):
            ended = _with_returning_branches(choice, result)
            return body if ended is None else (*before, *ended)
        case _:
            return body


def _with_returning_branches(choice: If, result: str) -> Body | None:
    """Return a conditional whose branches return ``result`` instead of assigning it last.

    A branch may raise an error instead. Return None if a branch neither returns or assigns ``result`` nor raises.
    """
    first = _last_returned(choice.body, result)
    match choice.orelse:
        case (If() as other,):
            rest = _with_returning_branches(other, result)
        case ():
            rest = None
        case orelse:
            rest = _last_returned(orelse, result)
    return None if first is None or rest is None else (If(choice.test, first, ()), *rest)


def _last_returned(body: Body, result: str) -> Body | None:
    """Return a block that returns a variable's value in place of its last statement, which assigns the variable.

    A block that ends by raising an error is unchanged. The result is None for any other block.
    """
    match body:
        case (*before, Assign(Name(name), value, "")) if name == result:
            return (*before, Return(value))
        case (*_, Raise()):
            return body
        case _:
            return None


def with_assertions(body: Body, *, with_messages: bool) -> Body:
    """Return a body with assertions in place of checks that raise errors, with or without messages.

    A message that contains values is left out, because an assertion shows what was wrong.
    """
    return tuple(_as_assertion(each, with_messages) for each in body)


def _as_assertion(statement: Statement, with_messages: bool) -> Statement:
    match statement:
        case If(test, (Raise(Call(_, (message,), ())),), ()):
            shown = message if with_messages and not isinstance(message, FormattedText) else None
            return Assert(opposite(test), shown)
        case _:
            return statement


def without_result_variables(body: Body) -> Body:
    """Return a body without variables that are only assigned to be returned, also in its functions."""
    made = tuple(
        replace(each, body=without_result_variables(each.body)) if isinstance(each, Function) else each for each in body
    )
    match made:
        case (*before, Assign(Name(name), value, ""), Return(Name(result))) if name == result:
            return (*before, Return(value))
        case _:
            return made


def with_conditional_expressions(body: Body) -> Body:
    """Return a body with ``x = a if test else b`` for branches that only assign a short value to one variable."""
    return tuple(_as_conditional_expression(each) for each in body)


def _as_conditional_expression(statement: Statement) -> Statement:
    match statement:
        case If(test, (Assign(Name(name), first, ""),), (Assign(Name(other), second, ""),)) if name == other and (
            size(test) + size(first) + size(second) <= _MOST_INLINE_NODES
        ):
            return Assign(Name(name), Conditional(test, first, second))
        case If(Comparison("is" as operator, left, right), (Assign(Name(name), value, ""),), ()) if (
            left == Name(name) and size(value) <= _MOST_REPEATED_NODES
        ):
            return Assign(Name(name), Conditional(Comparison(operator, left, right), value, Name(name)))
        case _:
            return _inside(statement, with_conditional_expressions)


def shorter_branch_first(body: Body) -> Body:
    """Return a body with ``if not flag`` in place of ``if flag`` wherever the ``else`` branch is the shorter one."""
    return tuple(_inverted(each) for each in body)


def _inverted(statement: Statement) -> Statement:
    match statement:
        case If(Name() as flag, inner, orelse) if (
            orelse and not isinstance(orelse[0], If) and _length(orelse) < _length(inner)
        ):
            return If(opposite(flag), shorter_branch_first(orelse), shorter_branch_first(inner))
        case Assign(target, Conditional(Name() as flag, first, second), operator) if size(second) < size(first):
            return Assign(target, Conditional(opposite(flag), second, first), operator)
        case Return(Conditional(Name() as flag, first, second)) if size(second) < size(first):
            return Return(Conditional(opposite(flag), second, first))
        case _:
            return _inside(statement, shorter_branch_first)


def _length(body: Body) -> int:
    return sum(isinstance(each, Statement) for each in nodes(body))


def _inside(statement: Statement, change: Callable[[Body], Body]) -> Statement:
    """Return a statement with its blocks changed: those of branches, loops and functions."""
    match statement:
        case If(test, inner, orelse):
            return If(test, change(inner), change(orelse))
        case For(target, iterable, inner):
            return For(target, iterable, change(inner))
        case Function():
            return replace(statement, body=change(statement.body))
        case _:
            return statement


def without_argument_checks(body: Body) -> Body:
    """Return a body without checks that only raise errors, and without values that were computed only for them.

    Checks that an optional argument was passed are kept.
    """
    kept: list[Statement] = []
    for each in body:
        match each:
            case If(test, (Raise(),), ()) if not _tests_presence(test):
                if kept and isinstance(kept[-1], Comment):
                    kept.pop()
            case _:
                kept.append(each)
    return prune(tuple(kept))


def _tests_presence(test: Expression) -> bool:
    match test:
        case Comparison("is" | "is not" | "in" | "not in"):
            return True
        case Infix("and" | "or", left, right) | Comparison("==" | "!=", left, right):
            return _tests_presence(left) or _tests_presence(right)
        case _:
            return False


def names_compared_with_none(test: Expression) -> list[str]:
    """Return the names that a test compares with None."""
    return [
        each.left.id
        for each in nodes(test)
        if isinstance(each, Comparison) and each.operator in ("is", "is not") and isinstance(each.left, Name)
    ]


def without_last_test(body: Body) -> Body:
    """Return a body in which a choice between two names tests only the first: any other name selects the second case.

    The error for an unknown name is left out.
    """
    made: list[Statement] = []
    for each in body:
        match made, each:
            case [*before, If(Comparison("==", name), _, ()), If(Comparison("==", other), inner, ())], Raise() if (
                name == other and isinstance(inner[-1], Return) and not (before and _branches_on(before[-1], name))
            ):
                made.pop()
                made += inner
            case _:
                made.append(_without_last_test(each))
    return tuple(made)


def _branches_on(statement: Statement, name: Expression) -> bool:
    """Return whether a statement is a branch on the value of a name."""
    return isinstance(statement, If) and isinstance(statement.test, Comparison) and statement.test.left == name


def _without_last_test(statement: Statement) -> Statement:
    match statement:
        case If(Comparison() as test, inner, (If(Comparison("=="), last, (Raise(),)),)):
            return If(test, inner, last)
        case If(_, _, (If(),)) | For():  # a choice by name inside a loop may have more cases
            return statement
        case _:
            return _inside(statement, without_last_test)


def with_comprehensions(body: Body) -> Body:
    """Return a body with comprehensions in place of loops that only fill a list or a dictionary."""
    made: list[Statement] = []
    for each in body:
        match made, each:
            case [*_, Assign(Name(name), start, "")], For(target, iterable, (filled,)) if (
                whole := _comprehension_of(name, start, target, iterable, filled)
            ) is not None:
                made[-1] = Assign(Name(name), whole)
            case _:
                made.append(_inside(each, with_comprehensions))
    return tuple(made)


def _comprehension_of(
    name: str, start: Expression, target: str, iterable: Expression, filled: Statement
) -> Comprehension | None:
    """Return the comprehension for a list or a dictionary that a loop fills; None if the loop does more."""
    if not re.fullmatch(r"\w+(, \w+)*", target):
        return None
    names = tuple(map(Name, target.split(", ")))
    bound = names[0] if len(names) == 1 else Display(names)
    match start, filled:
        case Display((), "[]"), Evaluate(Call(Attribute(Name(other), "append"), (value,), ())) if other == name:
            made = Comprehension(value, bound, iterable)
        case ((Dictionary(()) | Call(Name("dict"), (), ())), Assign(Subscript(Name(other), (key,)), value, "")) if (
            other == name
        ):
            made = Comprehension(value, bound, iterable, (), "{}", (key,))
        case _:
            return None
    return None if Name(name) in (*nodes(value), *nodes(iterable)) or size(value) > _MOST_INLINE_NODES else made


_NEVER_LAST_WORDS = frozenset({
    "for", "of", "in", "at", "by", "to", "from", "with", "than", "is", "are", "least", "most", "no", "not", "has",
    "have", "a", "an", "the", "and", "or", "as", "like", "between", "over", "under", "lacks", "only", "but",
    "be", "into",
})  # fmt: skip
"""Words with which no message ends."""


def without_values_in_messages(body: Body) -> Body:
    """Return a body whose error messages leave out the wrong values."""
    return tuple(_without_values_in_message(each) for each in body)


def _without_values_in_message(statement: Statement) -> Statement:
    match statement:
        case Raise(Call(kind, (FormattedText((str() as text, _, *rest)),), ())) if not any(map(_has_content, rest)):
            shortened = re.sub(r"(,? got\b[^,]*|,? (and|of shape|has shape)|[:,])? ?'?$", "", text)
            whole = " " in shortened and shortened.split()[-1] not in _NEVER_LAST_WORDS
            return Raise(Call(kind, (Literal(repr(shortened)),))) if whole else statement
        case _:
            return _inside(statement, without_values_in_messages)


def _has_content(part: str | Expression) -> bool:
    """Return whether a part of a message is more than closing punctuation."""
    return not isinstance(part, str) or bool(part.strip("'\"."))


def with_augmented_assignments(body: Body, names: Container[str] | None = None) -> Body:
    """Return a body with ``x += y`` for ``x = x + y``, also in its blocks and functions.

    Args:
        body: the statements.
        names: the variables whose assignments are changed; None for all.
    """
    return tuple(_as_augmented_assignment(each, names) for each in body)


def _as_augmented_assignment(statement: Statement, names: Container[str] | None) -> Statement:
    match statement:
        case Assign(Name(name), Infix("+" | "-" | "*" | "/" as operator, Name(first), value), "") if name == first:
            return Assign(Name(name), value, operator) if names is None or name in names else statement
        case _:
            return _inside(statement, lambda body: with_augmented_assignments(body, names))
