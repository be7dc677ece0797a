"""Templates: statements written as Python with holes, for code with a known structure, such as an integrator.

A template is not a complete kernel. Its holes are names that drawn expressions replace. Its variables get names by
their role, and a recipe combines the parts that it chooses.
"""

import ast
import functools
import json
from collections.abc import Callable, Mapping, Set
from dataclasses import replace

from synthesis.drawing.naming import NameBook
from synthesis.drawing.rendering import render
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
)

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.And: "and", ast.Or: "or", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=", ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
_PACKAGES = ("wp", "jnp", "jax", "lax", "functools", "math")
KNOWN = frozenset({"range", "float", "int", "bool", "len", "True", "False"})
"""Builtin names that any template may use."""
PYTHON = KNOWN | {
    "abs", "all", "any", "dict", "enumerate", "isinstance", "list", "map", "max", "min", "reversed", "set", "sorted",
    "str", "sum", "tuple", "zip", "TypeError", "ValueError",
}  # fmt: skip
"""Builtin names that a template may use, if none of its variables has one of these names."""
_TEMPLATES_CACHED = 1024
"""Number of parsed templates that are cached."""
_REMARK = "# "
"""Prefix of a string statement that stands for a comment."""


Hole = Expression | Callable[[], Expression]


def _parse(text: str) -> tuple[ast.stmt, ...]:
    return tuple(ast.parse(text).body)


_parse_cached = functools.lru_cache(_TEMPLATES_CACHED)(_parse)


def _as_written(value: object) -> str:
    """Return a constant as people write it: ``1e-8``, ``1e9``, ``...``."""
    if value is ...:
        return "..."
    if isinstance(value, str) and "\n" in value:  # for printing, which people write in double quotes
        return json.dumps(value)
    text = repr(value)
    if isinstance(value, float):
        text = f"{value:g}" if text.endswith("00000.0") else text
        text = text.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    return text


class Template:
    """Fills templates for one kernel. A variable has the same name in all templates.

    Args:
        book: assigns the names.
        roles: the possible names of each variable; its own if it is not listed.
        square: how the square of a value is written, so that no operation has two identical operands.
        known: names of Python or a library, which are kept.
    """

    def __init__(
        self,
        book: NameBook,
        roles: Mapping[str, tuple[str, ...]],
        square: Callable[[Expression], Expression],
        known: Set[str] = KNOWN,
    ) -> None:
        self._known = known
        self._book = book
        self._square = square
        self._roles = roles
        self._names: dict[str, str] = {}

    def statements(self, text: str, **holes: Hole) -> list[Statement]:
        """Return a template's statements with its holes filled.

        Args:
            text: Python.
            holes: for each name, the expression that replaces it, or a function that returns this expression. The
                function is called only if the template contains the name.
        """
        filled = dict(holes)
        return [self._statement(each, filled) for each in _parse_cached(text)]

    def statements_once(self, text: str, **holes: Hole) -> list[Statement]:
        """Return a template's statements like ``statements``, without caching the syntax tree.

        It is for Python that is used in only one kernel.
        """
        filled = dict(holes)
        return [self._statement(each, filled) for each in _parse(text)]

    def expression(self, text: str, **holes: Hole) -> Expression:
        """Return a template's single expression."""
        (statement,) = _parse_cached(text)
        assert isinstance(statement, ast.Expr)
        return self._expression(statement.value, dict(holes))

    def name(self, variable: str) -> Name:
        """Return the name of a template variable in this kernel."""
        if variable == "_":
            return Name("_")
        if variable not in self._names:
            self._names[variable] = self._book.take(self._roles.get(variable, (variable,)))
        return Name(self._names[variable])

    def _block(self, body: list[ast.stmt], holes: dict[str, Hole]) -> tuple[Statement, ...]:
        return tuple(self._statement(each, holes) for each in body)

    def _statement(self, node: ast.stmt, holes: dict[str, Hole]) -> Statement:
        match node:
            case ast.Assign(targets=[target], value=value):
                return Assign(self._expression(target, holes), self._expression(value, holes))
            case ast.AugAssign(target=target, op=op, value=value):
                return Assign(self._expression(target, holes), self._expression(value, holes), _OPERATORS[type(op)])
            case ast.Expr(value=ast.Constant(value=str(text))) if text.startswith(_REMARK):
                return Comment(text.removeprefix(_REMARK))
            case ast.Expr(value=value):
                return Evaluate(self._expression(value, holes))
            case ast.Return(value=value):
                return Return(None if value is None else self._expression(value, holes))
            case ast.If(test=test, body=body, orelse=orelse):
                return If(self._expression(test, holes), self._block(body, holes), self._block(orelse, holes))
            case ast.For(target=target, iter=iterable, body=body):
                return For(self._target(target), self._expression(iterable, holes), self._block(body, holes))
            case ast.Raise(exc=ast.expr() as value, cause=None):
                return Raise(self._expression(value, holes))
            case ast.Assert(test=test, msg=message):
                shown = None if message is None else self._expression(message, holes)
                return Assert(self._expression(test, holes), shown)
            case ast.While(test=test, body=body):
                return While(self._expression(test, holes), self._block(body, holes))
            case ast.Break() | ast.Continue():
                return Jump(ast.unparse(node))
            case ast.FunctionDef():
                return self._function(node, holes)
            case _:
                raise ValueError(f"a template cannot contain {ast.unparse(node)}")

    def _target(self, node: ast.expr) -> str:
        """Return the source of the loop variable or variables."""
        match node:
            case ast.Name(id=name):
                return self.name(name).id
            case ast.Tuple(elts=parts):
                inner = (f"({self._target(each)})" if isinstance(each, ast.Tuple) else self._target(each)
                         for each in parts)  # fmt: skip
                return ", ".join(inner)
            case _:
                raise ValueError(f"a template cannot loop over {ast.unparse(node)}")

    def _function(self, node: ast.FunctionDef, holes: dict[str, Hole]) -> Function:
        def text(each: ast.expr | None) -> str:
            return "" if each is None else render(self._expression(each, holes))

        arguments = node.args
        plain = [(self.name(each.arg).id, text(each.annotation)) for each in arguments.args]
        named = [(self.name(each.arg).id, text(each.annotation)) for each in arguments.kwonlyargs]
        first = len(plain) - len(arguments.defaults)
        defaults = list(zip((name for name, _ in plain[first:]), map(text, arguments.defaults), strict=True))
        if arguments.vararg is not None:
            rest = [(f"*{self.name(arguments.vararg.arg).id}", text(arguments.vararg.annotation))]
        else:
            rest = [("*", "")] if named else []
        given = zip(named, arguments.kw_defaults, strict=True)
        defaults += [(name, text(each)) for (name, _), each in given if each is not None]
        docstring, body = "", list(node.body)
        own_docstring = ast.get_docstring(node)
        if own_docstring is not None and not own_docstring.startswith(_REMARK):
            docstring = own_docstring
            del body[0]
        return Function(
            self.name(node.name).id,
            (*plain, *rest, *named),
            self._block(body, holes),
            tuple(map(text, node.decorator_list)),
            docstring,
            text(node.returns),
            tuple(defaults),
        )

    def _expression(self, node: ast.expr | ast.Slice, holes: dict[str, Hole]) -> Expression:
        def inner(each: ast.expr) -> Expression:
            return self._expression(each, holes)

        match node:
            case ast.Name(id=name):
                return self._fill(name, holes) if name in holes else self._variable(name)
            case ast.Constant(value=value):
                return Literal(_as_written(value))
            case ast.BinOp() | ast.BoolOp() | ast.Compare() | ast.UnaryOp():
                return self._operation(node, holes)
            case ast.Attribute():
                dotted = ast.unparse(node)
                if dotted.split(".")[0] in _PACKAGES and dotted.replace(".", "").isidentifier():
                    return Name(dotted)
                return Attribute(inner(node.value), node.attr)
            case ast.Call():
                return self._call(node, holes)
            case ast.Subscript(value=base, slice=ast.Tuple(elts=parts)):
                return Subscript(inner(base), tuple(map(inner, parts)))
            case ast.Subscript(value=base, slice=part):
                return Subscript(inner(base), (inner(part),))
            case ast.Slice(lower=low, upper=high, step=step):
                return Slice(*("" if each is None else render(inner(each)) for each in (low, high, step)))
            case ast.Tuple(elts=parts):
                return Display(tuple(map(inner, parts)))
            case ast.List(elts=parts):
                return Display(tuple(map(inner, parts)), "[]")
            case ast.Dict(keys=keys, values=values):
                named = [each.value if isinstance(each, ast.Constant) else "" for each in keys]
                return Dictionary(tuple(zip(map(str, named), map(inner, values), strict=True)))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return Conditional(inner(test), inner(body), inner(orelse))
            case ast.Starred(value=value):
                return Starred(inner(value))
            case ast.ListComp(elt=element, generators=[loop]):
                return self._comprehension(element, loop, holes, "[]")
            case ast.GeneratorExp(elt=element, generators=[loop]):
                return self._comprehension(element, loop, holes, "()")
            case ast.DictComp(key=key, value=value, generators=[loop]):
                return replace(self._comprehension(value, loop, holes, "{}"), keys=(inner(key),))
            case ast.JoinedStr(values=parts):
                return FormattedText(tuple(self._part(each, holes) for each in parts))
            case ast.Lambda(args=arguments, body=body):
                parameters = [self.name(each.arg).id for each in arguments.args]
                rest = [f"*{self.name(arguments.vararg.arg).id}"] if arguments.vararg else []
                return Lambda((*parameters, *rest), inner(body))
            case _:
                raise ValueError(f"a template cannot contain {ast.unparse(node)}")

    def _operation(
        self, node: ast.BinOp | ast.BoolOp | ast.Compare | ast.UnaryOp, holes: dict[str, Hole]
    ) -> Expression:
        def inner(each: ast.expr) -> Expression:
            return self._expression(each, holes)

        match node:
            case ast.BinOp(left=left, op=op, right=right):
                first, second = inner(left), inner(right)
                return (
                    self._square(first)
                    if isinstance(op, ast.Mult) and first == second
                    else Infix(_OPERATORS[type(op)], first, second)
                )
            case ast.BoolOp(op=op, values=[first, *rest]):
                joined = inner(first)
                for each in rest:
                    joined = Infix(_OPERATORS[type(op)], joined, inner(each))
                return joined
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return Comparison(_OPERATORS[type(op)], inner(left), inner(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Negation(inner(operand))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Negation(inner(operand), "not ")
            case _:
                raise ValueError(f"a template cannot contain {ast.unparse(node)}")

    def _call(self, node: ast.Call, holes: dict[str, Hole]) -> Call:
        def inner(each: ast.expr) -> Expression:
            return self._expression(each, holes)

        named = tuple((each.arg or "", inner(each.value)) for each in node.keywords)
        given = tuple(map(inner, node.args))
        if len(given) == 1 and not named and isinstance(given[0], Comprehension) and given[0].brackets == "()":
            given = (replace(given[0], brackets=""),)
        return Call(inner(node.func), given, named)

    def _comprehension(
        self, element: ast.expr, loop: ast.comprehension, holes: dict[str, Hole], brackets: str
    ) -> Comprehension:
        return Comprehension(
            self._expression(element, holes),
            self._expression(loop.target, holes),
            self._expression(loop.iter, holes),
            tuple(self._expression(each, holes) for each in loop.ifs),
            brackets,
        )

    def _part(self, node: ast.expr, holes: dict[str, Hole]) -> "str | Expression":
        """Return a part of an f-string."""
        if isinstance(node, ast.FormattedValue):
            return self._expression(node.value, holes)
        assert isinstance(node, ast.Constant)
        return str(node.value)

    def _fill(self, name: str, holes: dict[str, Hole]) -> Expression:
        hole = holes[name]
        filled = holes[name] = hole() if callable(hole) else hole
        return filled

    def _variable(self, name: str) -> Expression:
        if name in self._known:
            return Name(name)
        return self.name(name)
