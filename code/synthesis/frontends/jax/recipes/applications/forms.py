"""Other forms of the same statements: ways out of a function before its end, assertions, updates in place."""

from synthesis.grammar.syntax import (
    Assert,
    Assign,
    Call,
    Comparison,
    Expression,
    FormattedText,
    If,
    Infix,
    Name,
    Negation,
    Raise,
    Return,
    Statement,
    size,
)

_OPPOSITE = {"==": "!=", "<": ">=", ">": "<=", "is": "is not", "in": "not in"}
_OPPOSITES = _OPPOSITE | {other: each for each, other in _OPPOSITE.items()}
_SHORT = 9
"""Nodes of a result that may be written twice."""

Body = tuple[Statement, ...]


def opposite(test: Expression) -> Expression:
    """What is true where a test is not."""
    match test:
        case Comparison(operator, left, right) if operator in _OPPOSITES:
            return Comparison(_OPPOSITES[operator], left, right)
        case Negation(operand, "not "):
            return operand
        case Infix("or", left, right):
            return Infix("and", opposite(left), opposite(right))
        case _:
            return Negation(test, "not ")


def leaving_early(body: Body) -> Body:
    """A body that returns where there is nothing more to do, rather than at its end alone."""
    match body:
        case (*before, If(test, inner, ()), Return(value) as last) if value is not None and size(value) <= _SHORT:
            return (*before, If(opposite(test), (last,), ()), *inner, last)
        case (*before, If() as choice, Return(Name(result))):
            ended = _returning(choice, result)
            return body if ended is None else (*before, *ended)
        case _:
            return body


def _returning(choice: If, result: str) -> Body | None:
    """A choice each of whose ways returns what it would have given to a variable; None if one of them does not."""
    first = _last_returned(choice.body, result)
    match choice.orelse:
        case (If() as other,):
            rest = _returning(other, result)
        case ():
            rest = None
        case orelse:
            rest = _last_returned(orelse, result)
    return None if first is None or rest is None else (If(choice.test, first, ()), *rest)


def _last_returned(body: Body, result: str) -> Body | None:
    """A block that returns what it gives to a variable last."""
    match body:
        case (*before, Assign(Name(name), value, "")) if name == result:
            return (*before, Return(value))
        case (*_, Raise()):
            return body
        case _:
            return None


def asserting(body: Body, *, said: bool) -> Body:
    """A body that asserts what it would have refused; with messages or without.

    A message that is made of values is left out, since an assertion shows what was wrong.
    """
    return tuple(_asserted(each, said) for each in body)


def _asserted(statement: Statement, said: bool) -> Statement:
    match statement:
        case If(test, (Raise(Call(_, (message,), ())),), ()):
            told = message if said and not isinstance(message, FormattedText) else None
            return Assert(opposite(test), told)
        case _:
            return statement


def updating(body: Body) -> Body:
    """A body with ``x += y`` for ``x = x + y``, in its blocks too."""
    return tuple(_updated(each) for each in body)


def _updated(statement: Statement) -> Statement:
    match statement:
        case Assign(Name(name), Infix("+" | "-" | "*" | "/" as operator, Name(first), value), "") if name == first:
            return Assign(Name(name), value, operator)
        case If(test, inner, orelse):
            return If(test, updating(inner), updating(orelse))
        case _:
            return statement
