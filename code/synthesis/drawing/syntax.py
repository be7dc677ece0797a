"""Syntax trees of Python: the expressions and statements that drawn kernels consist of."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or a dotted name of a library."""

    id: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Infix:
    """``left operator right``."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Negation:
    """``-operand``, or ``~operand``."""

    operand: "Expression"
    operator: str = "-"


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left operator right`` with a comparison operator."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Conditional:
    """``body if test else orelse``."""

    test: "Expression"
    body: "Expression"
    orelse: "Expression"


@dataclass(frozen=True, slots=True)
class Call:
    """``function(arguments, keyword=value)``."""

    function: "Expression"
    arguments: tuple["Expression", ...] = ()
    keywords: tuple[tuple[str, "Expression"], ...] = ()


@dataclass(frozen=True, slots=True)
class Attribute:
    """``base.name``."""

    base: "Expression"
    name: str


@dataclass(frozen=True, slots=True)
class Subscript:
    """``base[indices]``."""

    base: "Expression"
    indices: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """``low:high:step`` inside a subscript; an empty string for an omitted bound."""

    low: str = ""
    high: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Display:
    """A tuple or a list display."""

    items: tuple["Expression", ...]
    brackets: str = "()"


@dataclass(frozen=True, slots=True)
class Lambda:
    """``lambda parameters: body``."""

    parameters: tuple[str, ...]
    body: "Expression"


@dataclass(frozen=True, slots=True)
class Dictionary:
    """``{'key': value}``, with keys that are strings."""

    entries: tuple[tuple[str, "Expression"], ...]


@dataclass(frozen=True, slots=True)
class Starred:
    """``*value`` or ``**value``, among the arguments of a call or the items of a display."""

    value: "Expression"
    stars: str = "*"


@dataclass(frozen=True, slots=True)
class Comprehension:
    """``[element for target in iterable if tests]``; with a key, ``{key: element for …}``."""

    element: "Expression"
    target: "Expression"
    iterable: "Expression"
    tests: tuple["Expression", ...] = ()
    brackets: str = "[]"
    """The brackets; empty if it is the only argument of a call."""
    keys: tuple["Expression", ...] = ()
    """The key of a dictionary comprehension; empty for others."""


@dataclass(frozen=True, slots=True)
class FormattedText:
    """An f-string: texts, and expressions in braces."""

    parts: tuple["str | Expression", ...]


Expression = (
    Name
    | Literal
    | Infix
    | Negation
    | Comparison
    | Conditional
    | Call
    | Attribute
    | Subscript
    | Slice
    | Display
    | Lambda
    | Dictionary
    | Starred
    | Comprehension
    | FormattedText
)


def names(node: Expression) -> Iterator[str]:
    """Yield every variable that an expression reads, in order, including repeats."""
    if isinstance(node, Name):
        yield node.id
    for child in _children(node):
        yield from names(child)


def rename(node: Expression, renames: Mapping[str, str]) -> Expression:
    """Return an expression with some of its variables renamed."""
    if isinstance(node, Name):
        return Name(renames.get(node.id, node.id))

    def inside(value: object) -> object:
        if isinstance(value, Expression):
            return rename(value, renames)
        if isinstance(value, tuple):
            return tuple(map(inside, value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return value

    return replace(node, **{entry.name: inside(getattr(node, entry.name)) for entry in fields(node)})


def walk(node: Expression) -> Iterator[Expression]:
    """Yield an expression and all expressions inside it."""
    yield node
    for child in _children(node):
        yield from walk(child)


def size(node: Expression) -> int:
    """Return the number of nodes of an expression."""
    return 1 + sum(size(child) for child in _children(node))


def _children(node: Expression) -> Iterator[Expression]:
    for entry in node.__match_args__:
        value = getattr(node, entry)
        if isinstance(value, str):
            continue
        for item in value if isinstance(value, tuple) else (value,):  # pyright: ignore[reportUnknownVariableType]
            if isinstance(item, tuple):
                yield item[1]
            elif not isinstance(item, str):
                yield item


@dataclass(frozen=True, slots=True)
class Assign:
    """``target = value``, or ``target operator= value``."""

    target: Expression
    value: Expression
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Evaluate:
    """An expression statement."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Return:
    """``return value``, or a bare ``return``."""

    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Raise:
    """``raise value``."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Assert:
    """``assert test``, or ``assert test, message``."""

    test: Expression
    message: Expression | None = None


@dataclass(frozen=True, slots=True)
class If:
    """``if test: body else: orelse``. An ``orelse`` of a single ``If`` is written as ``elif``."""

    test: Expression
    body: tuple["Statement", ...]
    orelse: tuple["Statement", ...] = ()


@dataclass(frozen=True, slots=True)
class For:
    """``for target in iterable: body``."""

    target: str
    iterable: Expression
    body: tuple["Statement", ...]


@dataclass(frozen=True, slots=True)
class While:
    """``while test: body``."""

    test: Expression
    body: tuple["Statement", ...]


@dataclass(frozen=True, slots=True)
class Jump:
    """``break`` or ``continue``."""

    word: str


@dataclass(frozen=True, slots=True)
class Class:
    """A class with only annotated fields."""

    name: str
    fields: tuple[tuple[str, str], ...]
    decorators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    docstring: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """A function definition."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    """Names and annotations; empty for no annotation. Parameters after ``*`` are keyword-only."""
    body: tuple["Statement", ...]
    decorators: tuple[str, ...] = ()
    docstring: str = ""
    returns: str = ""
    defaults: tuple[tuple[str, str], ...] = ()
    """Names of parameters and their default values."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment line; an empty line if it has no text."""

    text: str


Statement = Assign | Evaluate | Return | Raise | Assert | If | For | While | Jump | Class | Function | Comment


def reads(statements: "tuple[Statement, ...]") -> Iterator[str]:
    """Yield every variable that statements read, including nested blocks, but not those that they only assign."""
    for statement in statements:
        match statement:
            case Assign(target, value, operator):
                yield from names(value)
                yield from names(target) if operator or not isinstance(target, Name | Display) else ()
            case Evaluate(value) | Return(value) | Raise(value):
                yield from names(value) if value is not None else ()
            case Assert(test, message):
                yield from names(test)
                yield from names(message) if message is not None else ()
            case If(test, body, orelse):
                yield from names(test)
                yield from reads((*body, *orelse))
            case For(_, head, body) | While(head, body):
                yield from names(head)
                yield from reads(body)
            case Function():
                yield from reads(statement.body)
            case Comment() | Jump() | Class():
                pass


def assigned(statements: "tuple[Statement, ...]") -> Iterator[str]:
    """Yield every variable that statements assign directly, including nested blocks."""
    for statement in statements:
        match statement:
            case Assign(Name(name), _, ""):
                yield name
            case If(_, body, orelse):
                yield from assigned((*body, *orelse))
            case For(_, _, body) | While(_, body):
                yield from assigned(body)
            case _:
                pass


def rename_all(
    statements: "tuple[Statement, ...]", renames: Mapping[str, str], annotate: Callable[[str], str]
) -> "tuple[Statement, ...]":
    """Return statements with variables renamed in their expressions and assignments, and with other annotations.

    Args:
        statements: the statements. Nested blocks are included. Names of functions, classes and loop variables are kept.
        renames: new names by old name.
        annotate: returns the new annotation for an old one. Empty annotations are kept.
    """

    def inside(statement: Statement) -> Statement:
        match statement:
            case Assign(target, value, operator):
                return Assign(rename(target, renames), rename(value, renames), operator)
            case Evaluate(value):
                return Evaluate(rename(value, renames))
            case Return(value):
                return Return(None if value is None else rename(value, renames))
            case Raise(value):
                return Raise(rename(value, renames))
            case Assert(test, message):
                return Assert(rename(test, renames), None if message is None else rename(message, renames))
            case If(test, body, orelse):
                return If(rename(test, renames), block(body), block(orelse))
            case For(target, iterable, body):
                return For(target, rename(iterable, renames), block(body))
            case While(test, body):
                return While(rename(test, renames), block(body))
            case Class():
                return replace(statement, fields=listed(statement.fields))
            case Function():
                returns = statement.returns and annotate(statement.returns)
                parameters = listed(statement.parameters)
                return replace(statement, parameters=parameters, body=block(statement.body), returns=returns)
            case Comment() | Jump():
                return statement

    def block(body: tuple[Statement, ...]) -> tuple[Statement, ...]:
        return tuple(map(inside, body))

    def listed(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple((name, annotation and annotate(annotation)) for name, annotation in pairs)

    return block(statements)
