"""Checks of the shapes of optional arrays that are given."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from synthesis.drawing.syntax import (
    Attribute,
    Call,
    Comparison,
    FormattedText,
    If,
    Infix,
    Literal,
    Name,
    Raise,
    Statement,
)
from synthesis.frontends.jax.recipes.applications.forms import Body, names_compared_with_none
from synthesis.frontends.jax.recipes.applications.pruning import assigned_in


@dataclass(frozen=True, slots=True)
class ErrorWording:
    """The wording of an error about an array with a wrong shape."""

    shape: tuple[str, str]
    """The words before the array's shape, with a placeholder for its name, and the words before the expected shape."""
    axes: str
    """The words before the number of dimensions, with placeholders for the array's name and the expected number."""


def with_shape_checks(
    body: Body, shapes: Mapping[str, tuple[int, ...]], always: Container[str], wording: ErrorWording, *, joined: bool
) -> Body:
    """Return a body that checks the shapes of optional arrays that are given.

    Args:
        body: the statements.
        shapes: the shape of each array argument.
        always: the arrays that are always given.
        wording: the wording of errors.
        joined: whether a single test at the start checks both that an array is given and that it fits.
    """
    first: list[Statement] = []
    made: list[Statement] = []
    left = dict(shapes)  # the arrays that still have their value from the caller
    for statement in body:
        match statement:
            case If(Comparison("is not", Name(name), Literal("None")), (ahead, *_) as inner, orelse) if (
                name in left and name not in always and not _raises(ahead) and not _depends_on_rank(ahead, name)
            ):
                fitting = _check(name, left, always, wording)
                left.pop(name)
                if fitting is None:
                    made.append(statement)
                elif joined:
                    first.append(If(Infix("and", statement.test, fitting.test), fitting.body, ()))
                    made.append(statement)
                else:
                    made.append(If(statement.test, (fitting, *inner), orelse))
            case If(test, (Raise(),), ()):
                # several arrays that are tested together are treated alike: none of them is checked
                made.append(statement)
                for each in names_compared_with_none(test):
                    left.pop(each, None)
            case _:
                made.append(statement)
        for each in assigned_in((statement,)):
            left.pop(each, None)
    return (*first, *made)


def _raises(statement: Statement) -> bool:
    return isinstance(statement, If) and any(isinstance(each, Raise) for each in statement.body)


def _depends_on_rank(statement: Statement, name: str) -> bool:
    """Return whether a statement tests the number of dimensions of an array.

    The array may then have any number of dimensions, so no check of its shape can be added.
    """
    match statement:
        case If(Comparison(_, Attribute(Name(asked), "ndim"), _)):
            return asked == name
        case _:
            return False


def _check(
    name: str, shapes: Mapping[str, tuple[int, ...]], always: Container[str], wording: ErrorWording
) -> If | None:
    """Return a check that an array has the right shape; None if it has no dimensions.

    The shape of an array of several dimensions is compared with that of an array of the same shape that is always
    given. If there is none, or the array has one dimension, only the number of dimensions is checked.
    """
    shape = shapes[name]
    like = [other for other, its in shapes.items() if its == shape and other in always]
    if len(shape) > 1 and like:
        given, wanted = Attribute(Name(name), "shape"), Attribute(Name(like[0]), "shape")
        message = FormattedText((wording.shape[0].format(name), given, wording.shape[1], wanted))
    elif shape:
        given, wanted = Attribute(Name(name), "ndim"), Literal(str(len(shape)))
        axes = "dimension" if len(shape) == 1 else "dimensions"
        message = FormattedText((wording.axes.format(name=name, count=len(shape), axes=axes), given))
    else:
        return None
    return If(Comparison("!=", given, wanted), (Raise(Call(Name("ValueError"), (message,))),), ())
