"""Renders syntax trees as Python source: on one line if possible, otherwise broken as formatters do.

``ast.unparse`` is not used because its output differs between Python versions, and rows must be the same bytes on all.
"""

from dataclasses import replace

from synthesis.drawing.syntax import (
    Assert,
    Assign,
    Attribute,
    Call,
    Class,
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
    Jump,
    Lambda,
    Literal,
    Name,
    Negation,
    Raise,
    Return,
    Slice,
    Starred,
    Statement,
    Subscript,
    While,
)  # fmt: skip

_PRECEDENCE = {
    "**": 12, "*": 10, "/": 10, "//": 10, "%": 10, "@": 10, "+": 9, "-": 9, "<<": 8, ">>": 8, "&": 7, "^": 6, "|": 5,
    "and": 3, "or": 2,
}  # fmt: skip
_COMPARISON = 4
"""Precedence of comparisons; larger numbers bind more tightly."""
_CONDITIONAL = 1
"""Precedence of conditional expressions."""
_NEGATION = 11
"""Precedence of unary operators, and of negative constants."""
_ATOM = 20
"""Precedence of names, calls, subscripts and brackets, which never need parentheses."""
# Longer lines are broken at the outermost brackets and operators.
WIDEST = 100
_STEP = "    "


def render(node: Expression) -> str:
    """Return an expression as Python source."""
    return _render(node)[0]


def _render(node: Expression) -> tuple[str, int]:
    """Return the source and the precedence of its outermost operator."""
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
                f"{_keyword(key)}{render(value)}" for key, value in keywords
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
            return f"{_lambda(parameters)}: {render(body)}", 0
        case Starred(value, stars):
            return f"{stars}{_wrap(value, _ATOM)}", _ATOM
        case Comprehension(element, target, iterable, tests, brackets, keys):
            label = "".join(f"{render(key)}: " for key in keys)
            clauses = f"for {_render_bare(target)} in {_wrap(iterable, 2)}" + "".join(
                f" if {_wrap(each, 2)}" for each in tests
            )
            return f"{brackets[:1]}{label}{render(element)} {clauses}{brackets[1:]}", _ATOM
        case FormattedText(parts):
            inside = "".join(each if isinstance(each, str) else f"{{{render(each)}}}" for each in parts)
            return f"f'{inside}'", _ATOM


def _keyword(key: str) -> str:
    """Return the text before a keyword argument's value: ``key=``, or ``**`` for an empty key (an unpacked mapping)."""
    return f"{key}=" if key else "**"


def _lambda(parameters: tuple[str, ...]) -> str:
    return f"lambda {', '.join(parameters)}" if parameters else "lambda"


def _wrap(node: Expression, level: int) -> str:
    text, binding = _render(node)
    return text if binding >= level else f"({text})"


# Expressions over several lines


def _lay_out(node: Expression, pad: str, before: int, after: int, widest: int) -> str:
    """Return an expression inside brackets, over several lines if it does not fit on one.

    Args:
        node: the expression.
        pad: the indentation of its line.
        before: number of used columns on its first line, including the indentation.
        after: number of columns that follow on its last line.
        widest: maximum line length.
    """
    flat = render(node)
    if before + len(flat) + after <= widest:
        return flat
    match node:
        case Call(function, (Comprehension(brackets="") as only,), ()):
            head = _lay_out_part(function, _ATOM, pad, before, 1, widest)
            return head + _lay_out(replace(only, brackets="()"), pad, before + len(head), after, widest)
        case Call(function, arguments, keywords) if arguments or keywords:
            parts = [("", _in_brackets(each)) for each in arguments]
            parts += [(_keyword(key), value) for key, value in keywords]
            return _list(f"{_lay_out_part(function, _ATOM, pad, before, 1, widest)}(", parts, pad, ")", widest)
        case Display(items, brackets):
            return _list(brackets[0], [("", each) for each in items], pad, brackets[1], widest)
        case Dictionary(entries):
            return _list("{", [(f"'{key}': ", value) for key, value in entries], pad, "}", widest)
        case Attribute(base, name):
            return f"{_lay_out_part(base, _ATOM, pad, before, after + len(name) + 1, widest)}.{name}"
        case Subscript(base, indices):
            end = f"[{', '.join(map(render, indices))}]"
            return f"{_lay_out_part(base, _ATOM, pad, before, after + len(end), widest)}{end}"
        case Negation(operand, operator):
            return operator + _lay_out_part(operand, _NEGATION + 1, pad, before + len(operator), after, widest)
        case Infix():
            return _lay_out_infix(node, pad, before, after, widest)
        case Comparison(operator, left, right):
            end = _lay_out_part(right, _COMPARISON + 1, pad, len(pad) + len(operator) + 1, after, widest)
            return f"{_lay_out_part(left, _COMPARISON + 1, pad, before, 0, widest)}\n{pad}{operator} {end}"
        case Conditional(test, body, orelse):
            return f"\n{pad}".join(
                (
                    _lay_out_part(body, 2, pad, before, 0, widest),
                    f"if {_lay_out_part(test, 2, pad, len(pad) + 3, 0, widest)}",
                    f"else {_lay_out_part(orelse, _CONDITIONAL, pad, len(pad) + 5, after, widest)}",
                )
            )
        case Lambda(parameters, body):
            head = f"{_lambda(parameters)}: "
            return head + _lay_out_part(body, 20, pad, before + len(head), after, widest)
        case Comprehension():
            return _lay_out_comprehension(node, pad, widest)
        case _:
            return flat


def _lay_out_infix(node: Infix, pad: str, before: int, after: int, widest: int) -> str:
    """Return a power over two lines, or a chain of operators of equal precedence with a line for each operand."""
    if node.operator == "**":
        end = _lay_out_part(node.right, _PRECEDENCE["**"], pad, len(pad) + 3, after, widest)
        return f"{_lay_out_part(node.left, _PRECEDENCE['**'] + 1, pad, before, 0, widest)}\n{pad}** {end}"
    level = _PRECEDENCE[node.operator]
    first, rest = _terms(node, level)
    lines = [_lay_out_part(first, level, pad, len(pad), 0, widest)]
    lines += [
        f"{each} {_lay_out_part(part, level + 1, pad, len(pad) + len(each) + 1, 0, widest)}" for each, part in rest
    ]
    return f"\n{pad}".join(lines)


def _lay_out_comprehension(node: Comprehension, pad: str, widest: int) -> str:
    """Return a comprehension, with a line for the element, the loop and each test."""
    inner = pad + _STEP
    label = "".join(f"{render(key)}: " for key in node.keys)
    lines = [f"{inner}{label}{_lay_out(node.element, inner, len(inner) + len(label), 0, widest)}"]
    head = f"{inner}for {_render_bare(node.target)} in "
    lines += [f"{head}{_lay_out(node.iterable, inner, len(head), 0, widest)}"]
    lines += [f"{inner}if {_lay_out(each, inner, len(inner) + 3, 0, widest)}" for each in node.tests]
    return "\n".join([node.brackets[:1], *lines, f"{pad}{node.brackets[1:]}"])


def _in_brackets(argument: Expression) -> Expression:
    """Return an argument that a comma may follow: a generator expression gets parentheses."""
    bare = isinstance(argument, Comprehension) and not argument.brackets
    return replace(argument, brackets="()") if bare else argument


def _lay_out_part(node: Expression, level: int, pad: str, before: int, after: int, widest: int) -> str:
    """Return a part of an expression, in parentheses if it binds less tightly than its surroundings."""
    flat, binding = _render(node)
    if binding < level and len(flat) + before + after + 2 > widest:
        return f"(\n{pad}{_STEP}{_lay_out(node, pad + _STEP, len(pad) + 4, 0, widest)}\n{pad})"
    return _lay_out(node, pad, before, after, widest) if binding >= level else f"({flat})"


def _list(opening: str, parts: list[tuple[str, Expression]], pad: str, closing: str, widest: int) -> str:
    """Return the parts between two brackets, one per line."""
    inner = pad + _STEP
    lines = [f"{inner}{label}{_lay_out(part, inner, len(inner) + len(label), 1, widest)}," for label, part in parts]
    return "\n".join([opening, *lines, f"{pad}{closing}"])


def _terms(node: Expression, level: int) -> tuple[Expression, list[tuple[str, Expression]]]:
    """Return the first operand of a chain of operators with equal precedence, and the others with their operators."""
    rest: list[tuple[str, Expression]] = []
    while isinstance(node, Infix) and _PRECEDENCE[node.operator] == level:
        rest.append((node.operator, node.right))
        node = node.left
    return node, rest[::-1]


def _lay_out_alone(
    head: str, node: Expression, pad: str, widest: int, tail: str = "", *, bare: bool = True
) -> list[str]:  # fmt: skip
    """Return the lines of a statement with a beginning, an expression outside brackets, and an end.

    If the end is empty and ``bare``, a tuple is written without parentheses.
    """
    flat = _render_bare(node) if bare and not tail else render(node)
    if len(head) + len(flat) + len(tail) <= widest or isinstance(node, Name | Literal):
        return [f"{head}{flat}{tail}"]
    inner = pad + _STEP
    if isinstance(node, Infix | Comparison | Conditional | Negation | Lambda):
        return [f"{head}(", *f"{inner}{_lay_out(node, inner, len(inner), 0, widest)}".split("\n"), f"{pad}){tail}"]
    lines = f"{head}{_lay_out(node, pad, len(head), len(tail), widest)}{tail}".split("\n")
    if len(lines) == 1 and isinstance(node, Subscript) and len(head) > len(inner):  # an element
        return [f"{head}(", f"{inner}{flat}", f"{pad}){tail}"]
    return lines


# Statements


def render_block(statements: tuple[Statement, ...], indent: int = 0, widest: int = WIDEST) -> list[str]:
    """Return statements as lines of Python source."""
    return [line for statement in statements for line in _render_statement(statement, "    " * indent, indent, widest)]


def _render_statement(statement: Statement, pad: str, indent: int, widest: int) -> list[str]:
    match statement:
        case Assign(target, value, operator):
            head = f"{pad}{_render_bare(target)} {operator}= "
            return _lay_out_alone(head, value, pad, widest, bare=isinstance(target, Display))
        case Evaluate(value):
            return _lay_out_alone(pad, value, pad, widest)
        case Return(value):
            return [f"{pad}return"] if value is None else _lay_out_alone(f"{pad}return ", value, pad, widest)
        case Raise(value):
            return _lay_out_alone(f"{pad}raise ", value, pad, widest)
        case Assert(test, message):
            tail = "" if message is None else f", {render(message)}"
            return _lay_out_alone(f"{pad}assert ", test, pad, widest, tail)
        case Comment(text):
            return [f"{pad}# {text}" if text else ""]
        case For(target, iterable, body):
            return [
                *_lay_out_alone(f"{pad}for {target} in ", iterable, pad, widest, ":"),
                *render_block(body, indent + 1, widest),
            ]
        case While(test, body):
            return [*_lay_out_alone(f"{pad}while ", test, pad, widest, ":"), *render_block(body, indent + 1, widest)]
        case Jump(word):
            return [f"{pad}{word}"]
        case Class(name, listed, decorators, bases, docstring):
            around = f"({', '.join(bases)})" if bases else ""
            head = [*(f"{pad}@{decorator}" for decorator in decorators), f"{pad}class {name}{around}:"]
            docstring_lines = [*_render_docstring(docstring, f"{pad}    "), *([""] if docstring else [])]
            return [*head, *docstring_lines, *(f"{pad}    {key}: {kind}" for key, kind in listed)]
        case If(test, body, orelse):
            lines = [*_lay_out_alone(f"{pad}if ", test, pad, widest, ":"), *render_block(body, indent + 1, widest)]
            if len(orelse) == 1 and isinstance(orelse[0], If):
                first, *rest = _render_statement(orelse[0], pad, indent, widest)
                return [*lines, first.replace("if", "elif", 1), *rest]
            return [*lines, f"{pad}else:", *render_block(orelse, indent + 1, widest)] if orelse else lines
        case Function(name, parameters, body, decorators, docstring, returns, defaults):
            given = dict(defaults)
            listed = [_render_parameter(key, annotation, given.get(key)) for key, annotation in parameters]
            arrow = f" -> {returns}" if returns else ""
            head = [f"{pad}def {name}({', '.join(listed)}){arrow}:"]
            if len(head[0]) > widest:
                head = [f"{pad}def {name}(", *(f"{pad}    {entry}," for entry in listed), f"{pad}){arrow}:"]
            return [
                *(f"{pad}@{decorator}" for decorator in decorators),
                *head,
                *_render_docstring(docstring, f"{pad}    "),
                *render_block(body, indent + 1, widest),
            ]


def _render_parameter(name: str, annotation: str, default: str | None) -> str:
    if default is None:
        return f"{name}: {annotation}" if annotation else name
    return f"{name}: {annotation} = {default}" if annotation else f"{name}={default}"


def _render_docstring(text: str, pad: str) -> list[str]:
    """Return a docstring's lines. If there are several, the closing quotes are on a separate line."""
    if not text:
        return []
    first, *rest = text.split("\n")
    if not rest:
        return [f'{pad}"""{first}"""']
    return [f'{pad}"""{first}', *(f"{pad}{line}" if line else "" for line in rest), f'{pad}"""']


def _render_bare(node: Expression) -> str:
    """Return an expression outside brackets, where a tuple needs no parentheses."""
    text = render(node)
    return text[1:-1] if isinstance(node, Display) and node.brackets == "()" and len(node.items) > 1 else text
