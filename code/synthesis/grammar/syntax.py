"""Python as a tree: the expressions and statements that drawn kernels are made of, and how they are printed.

``ast.unparse`` would do, but its output differs between Python versions, and a row is the same bytes on all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace

_PRECEDENCE = {
    "**": 12, "*": 10, "/": 10, "//": 10, "%": 10, "@": 10, "+": 9, "-": 9, "<<": 8, ">>": 8, "&": 7, "^": 6, "|": 5,
    "and": 3, "or": 2,
}  # fmt: skip
# A longer signature is written with one parameter a line.
WIDEST = 100
_COMPARISON, _CONDITIONAL, _NEGATION, _ATOM = 4, 1, 11, 20


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or a dotted name of a library."""

    id: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant, as it is written."""

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
    """``low:high:step`` inside a subscript; an empty text where a bound is left out."""

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
)


def names(node: Expression) -> Iterator[str]:
    """Every variable that an expression reads, in order, repeats included."""
    if isinstance(node, Name):
        yield node.id
    for child in _children(node):
        yield from names(child)


def rename(node: Expression, renames: Mapping[str, str]) -> Expression:
    """An expression with other names for some of its variables."""
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
    """An expression and all that are inside it."""
    yield node
    for child in _children(node):
        yield from walk(child)


def size(node: Expression) -> int:
    """The number of nodes of an expression."""
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


def render(node: Expression) -> str:
    """An expression as Python source."""
    return _render(node)[0]


def _render(node: Expression) -> tuple[str, int]:
    """The source and how tightly its outermost operator binds."""
    match node:
        case Name(id):
            return id, _ATOM
        case Literal(text):
            return text, _NEGATION if text.startswith("-") else _ATOM
        case Infix(operator, left, right):
            level = _PRECEDENCE[operator]
            from_right = operator == "**"
            return f"{_wrap(left, level + from_right)} {operator} {_wrap(right, level + (not from_right))}", level
        case Negation(operand, operator):
            return f"{operator}{_wrap(operand, _NEGATION + 1)}", _NEGATION
        case Comparison(operator, left, right):
            return f"{_wrap(left, _COMPARISON + 1)} {operator} {_wrap(right, _COMPARISON + 1)}", _COMPARISON
        case Conditional(test, body, orelse):
            return f"{_wrap(body, 2)} if {_wrap(test, 2)} else {_wrap(orelse, _CONDITIONAL)}", _CONDITIONAL
        case Call(function, arguments, keywords):
            listed = [render(argument) for argument in arguments] + [
                f"{key}={render(value)}" for key, value in keywords
            ]
            return f"{_wrap(function, _ATOM)}({', '.join(listed)})", _ATOM
        case Attribute(base, name):
            return f"{_wrap(base, _ATOM)}.{name}", _ATOM
        case Subscript(base, indices):
            return f"{_wrap(base, _ATOM)}[{', '.join(render(index) for index in indices)}]", _ATOM
        case Slice(low, high, step):
            return f"{low}:{high}" + (f":{step}" if step else ""), _ATOM
        case Display(items, brackets):
            comma = "," if brackets == "()" and len(items) == 1 else ""
            return f"{brackets[0]}{', '.join(render(item) for item in items)}{comma}{brackets[1]}", _ATOM
        case Dictionary(entries):
            return "{" + ", ".join(f"'{key}': {render(value)}" for key, value in entries) + "}", _ATOM
        case Lambda(parameters, body):
            return f"lambda {', '.join(parameters)}: {render(body)}", 0


def _wrap(node: Expression, level: int) -> str:
    text, binding = _render(node)
    return text if binding >= level else f"({text})"


@dataclass(frozen=True, slots=True)
class Assign:
    """``target = value``, or ``target operator= value``."""

    target: Expression
    value: Expression
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Evaluate:
    """An expression for its effect."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Return:
    """``return value``, or a bare ``return``."""

    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class If:
    """``if test: body else: orelse``; an ``orelse`` that is one ``If`` prints as ``elif``."""

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
    """A class that is nothing but fields with types."""

    name: str
    fields: tuple[tuple[str, str], ...]
    decorators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """A function definition."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    """Names and annotations; an empty annotation is left out."""
    body: tuple["Statement", ...]
    decorators: tuple[str, ...] = ()
    docstring: str = ""
    returns: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A line that only people read."""

    text: str


Statement = Assign | Evaluate | Return | If | For | While | Jump | Class | Function | Comment


def reads(statements: "tuple[Statement, ...]") -> Iterator[str]:
    """Every variable that statements read, nested blocks included; what they only assign is left out."""
    for statement in statements:
        match statement:
            case Assign(target, value, operator):
                yield from names(value)
                yield from names(target) if operator or not isinstance(target, Name | Display) else ()
            case Evaluate(value) | Return(value):
                yield from names(value) if value is not None else ()
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
    """Every variable that statements give a value to by itself, nested blocks included."""
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


def render_block(statements: tuple[Statement, ...], indent: int = 0) -> list[str]:
    """Statements as lines of Python source."""
    return [line for statement in statements for line in _render_statement(statement, "    " * indent, indent)]


def _render_statement(statement: Statement, pad: str, indent: int) -> list[str]:
    match statement:
        case Assign(target, value, operator):
            return [f"{pad}{_render_bare(target)} {operator}= {_render_bare(value)}"]
        case Evaluate(value):
            return [f"{pad}{render(value)}"]
        case Return(value):
            return [f"{pad}return" + (f" {_render_bare(value)}" if value is not None else "")]
        case Comment(text):
            return [f"{pad}# {text}"]
        case For(target, iterable, body):
            return [f"{pad}for {target} in {render(iterable)}:", *render_block(body, indent + 1)]
        case While(test, body):
            return [f"{pad}while {render(test)}:", *render_block(body, indent + 1)]
        case Jump(word):
            return [f"{pad}{word}"]
        case Class(name, listed, decorators):
            head = [*(f"{pad}@{decorator}" for decorator in decorators), f"{pad}class {name}:"]
            return [*head, *(f"{pad}    {key}: {kind}" for key, kind in listed)]
        case If(test, body, orelse):
            lines = [f"{pad}if {render(test)}:", *render_block(body, indent + 1)]
            if len(orelse) == 1 and isinstance(orelse[0], If):
                first, *rest = _render_statement(orelse[0], pad, indent)
                return [*lines, first.replace("if", "elif", 1), *rest]
            return [*lines, f"{pad}else:", *render_block(orelse, indent + 1)] if orelse else lines
        case Function(name, parameters, body, decorators, docstring, returns):
            listed = [f"{key}: {annotation}" if annotation else key for key, annotation in parameters]
            arrow = f" -> {returns}" if returns else ""
            head = [f"{pad}def {name}({', '.join(listed)}){arrow}:"]
            if len(head[0]) > WIDEST:
                head = [f"{pad}def {name}(", *(f"{pad}    {entry}," for entry in listed), f"{pad}){arrow}:"]
            return [
                *(f"{pad}@{decorator}" for decorator in decorators),
                *head,
                *_render_docstring(docstring, f"{pad}    "),
                *render_block(body, indent + 1),
            ]


def _render_docstring(text: str, pad: str) -> list[str]:
    """A docstring's lines; the quotes that end one of several lines have a line of their own."""
    if not text:
        return []
    first, *rest = text.split("\n")
    if not rest:
        return [f'{pad}"""{first}"""']
    return [f'{pad}"""{first}', *(f"{pad}{line}" if line else "" for line in rest), f'{pad}"""']


def _render_bare(node: Expression) -> str:
    """A tuple outside any bracket needs no parentheses."""
    text = render(node)
    return text[1:-1] if isinstance(node, Display) and node.brackets == "()" and len(node.items) > 1 else text
