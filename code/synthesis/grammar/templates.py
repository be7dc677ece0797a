"""Statements written as Python with holes, for what has a known shape: an integrator, a distance, a filter.

A template is not a kernel. Its holes are filled with drawn expressions, its variables get names of their role, and a
recipe puts together those of its parts that it chooses.
"""

import ast
import functools
from collections.abc import Callable, Mapping

from synthesis.grammar.naming import NameBook
from synthesis.grammar.syntax import (
    Assign,
    Attribute,
    Call,
    Comment,
    Comparison,
    Display,
    Evaluate,
    Expression,
    For,
    Function,
    If,
    Infix,
    Jump,
    Lambda,
    Literal,
    Name,
    Negation,
    Return,
    Slice,
    Statement,
    Subscript,
    While,
)

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.And: "and", ast.Or: "or", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=",
}  # fmt: skip
_PACKAGES = ("wp", "jnp", "jax", "lax")


Hole = Expression | Callable[[], Expression]


@functools.cache
def _parse(text: str) -> tuple[ast.stmt, ...]:
    return tuple(ast.parse(text).body)


def _annotation(node: ast.expr | None) -> str:
    return "" if node is None else ast.unparse(node)


class Template:
    """Puts templates into one kernel; a variable of one is the same variable in the next.

    Args:
        book: gives out the names.
        roles: for a variable, the names that it may get; its own where it is not listed.
        square: how a value times itself is written, so that no operation has two identical operands.
    """

    def __init__(
        self, book: NameBook, roles: Mapping[str, tuple[str, ...]], square: Callable[[Expression], Expression]
    ) -> None:
        self._book = book
        self._square = square
        self._roles = roles
        self._names: dict[str, str] = {}

    def statements(self, text: str, **holes: Hole) -> list[Statement]:
        """A template's statements, its holes filled.

        Args:
            text: Python.
            holes: what stands for each name; a function is called if the template has the name, and only then.
        """
        filled = dict(holes)
        return [self._statement(each, filled) for each in _parse(text)]

    def expression(self, text: str, **holes: Hole) -> Expression:
        """One expression."""
        (statement,) = _parse(text)
        assert isinstance(statement, ast.Expr)
        return self._expression(statement.value, dict(holes))

    def name(self, variable: str) -> Name:
        """What a variable of the templates is called here."""
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
            case ast.Expr(value=ast.Constant(value=str(remark))):
                return Comment(remark)
            case ast.Expr(value=value):
                return Evaluate(self._expression(value, holes))
            case ast.Return(value=value):
                return Return(None if value is None else self._expression(value, holes))
            case ast.If(test=test, body=body, orelse=orelse):
                return If(self._expression(test, holes), self._block(body, holes), self._block(orelse, holes))
            case ast.For(target=ast.Name(id=name), iter=iterable, body=body):
                return For(self.name(name).id, self._expression(iterable, holes), self._block(body, holes))
            case ast.While(test=test, body=body):
                return While(self._expression(test, holes), self._block(body, holes))
            case ast.Break() | ast.Continue():
                return Jump(ast.unparse(node))
            case ast.FunctionDef(name=name, args=arguments, body=body, returns=returns):
                parameters = tuple((self.name(each.arg).id, _annotation(each.annotation)) for each in arguments.args)
                return Function(self.name(name).id, parameters, self._block(body, holes), returns=_annotation(returns))
            case _:
                raise ValueError(f"no template holds {ast.unparse(node)}")

    def _expression(self, node: ast.expr | ast.Slice, holes: dict[str, Hole]) -> Expression:
        def inner(each: ast.expr) -> Expression:
            return self._expression(each, holes)

        match node:
            case ast.Name(id=name):
                return self._fill(name, holes) if name in holes else self._variable(name)
            case ast.Constant(value=value):
                return Literal(repr(value))
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
            case ast.Attribute():
                dotted = ast.unparse(node)
                if dotted.split(".")[0] in _PACKAGES and dotted.replace(".", "").isidentifier():
                    return Name(dotted)
                return Attribute(inner(node.value), node.attr)
            case ast.Call(func=function, args=arguments, keywords=keywords):
                named = tuple((each.arg or "", inner(each.value)) for each in keywords)
                return Call(inner(function), tuple(map(inner, arguments)), named)
            case ast.Subscript(value=base, slice=ast.Tuple(elts=parts)):
                return Subscript(inner(base), tuple(map(inner, parts)))
            case ast.Subscript(value=base, slice=part):
                return Subscript(inner(base), (inner(part),))
            case ast.Slice(lower=low, upper=high, step=step):
                return Slice(*("" if each is None else ast.unparse(each) for each in (low, high, step)))
            case ast.Tuple(elts=parts):
                return Display(tuple(map(inner, parts)))
            case ast.Lambda(args=arguments, body=body):
                parameters = tuple(self.name(each.arg).id for each in arguments.args)
                return Lambda(parameters, inner(body))
            case _:
                raise ValueError(f"no template holds {ast.unparse(node)}")

    def _fill(self, name: str, holes: dict[str, Hole]) -> Expression:
        hole = holes[name]
        filled = holes[name] = hole() if callable(hole) else hole
        return filled

    def _variable(self, name: str) -> Expression:
        if name in ("range", "float", "int", "bool", "len", "True", "False"):
            return Name(name)
        return self.name(name)
