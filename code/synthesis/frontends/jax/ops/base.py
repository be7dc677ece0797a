"""Helpers and checks for the whole op catalogue of JAX."""

import math
from collections.abc import Callable

from synthesis.drawing.operations import Operation, Term, no_limits
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Attribute, Call, Display, Expression, Literal, Name
from synthesis.drawing.types import FLOATS

SOURCE = "JAX documentation, jax.numpy"
NUMBERS = (*FLOATS, "int32")
LARGEST_ARRAY = 600
"""Maximum number of elements of an array; larger ones would not make texts more informative."""

Rule = Callable[[Stream, tuple[Term, ...]], Term | None]


def call(name: str, *arguments: Expression, **keywords: Expression) -> Call:
    """Return a call of a ``jax.numpy`` function."""
    return Call(Name(f"jnp.{name}"), arguments, tuple(keywords.items()))


def method(base: Expression, name: str, *arguments: Expression, **keywords: Expression) -> Call:
    """Return a call of an array's method."""
    return Call(Attribute(base, name), arguments, tuple(keywords.items()))


def number(value: float) -> Literal:
    """Return a Python number, which takes the type of the other operands in JAX."""
    return Literal(repr(value))


def numbers(values: tuple[int, ...]) -> Expression:
    """Return a shape or a set of axes as a tuple expression."""
    return Display(tuple(number(value) for value in values))


def broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the shape to which two shapes broadcast, or None."""
    width = max(len(a), len(b))
    pairs = zip((1,) * (width - len(a)) + a, (1,) * (width - len(b)) + b, strict=True)
    shape: list[int] = []
    for x, y in pairs:
        if x != y and 1 not in (x, y):
            return None
        shape.append(y if x == 1 else x)
    return tuple(shape) if math.prod(shape) <= LARGEST_ARRAY else None


def entry(name: str, rule: Rule, arity: int, *, dtypes: tuple[str, ...] = FLOATS, source: str = SOURCE) -> Operation:
    """Return an operation without limits on the values of its operands. Its rule decides which types fit."""
    return Operation(name=name, domains=no_limits(arity), rule=rule, source=source, dtypes=dtypes)
